import type { Page } from 'puppeteer-core';
import { within } from './wwebjs-deadline';
import type { EngineLogger } from './wwebjs-settings';

/**
 * Runs inside the page: does away with the "What's new" dialog, which covers the page after some logins and costs the link when
 * nobody confirms it within about five minutes (rmyndharis/OpenWA#982). Only a dialog that says so is touched: its "go on" button
 * first, then whatever closes it, then the Escape key.
 * @returns whether there was one
 */
export function confirmNews(attempt: number): boolean {
  const about =
    /what.s new|fresh look|new look|update available|new version|novedades|qué hay de nuevo|nuevo aspecto|nueva versión|novidades|nova aparência|nova versão/i;
  const goOn =
    /^\s*(continue|continuar|ok|got it|entendido|entendi|aceptar|done|listo|update|actualizar|atualizar)\s*$/i;
  const close = /close|cerrar|fechar|dismiss/i;
  const dialogs = document.querySelectorAll<HTMLElement>('[role="dialog"], [data-animate-modal-popup="true"]');
  for (const dialog of dialogs) {
    const nameOf = (element: Element): string =>
      `${element.getAttribute('aria-label') ?? ''} ${element.textContent ?? ''}`;
    if (!about.test(nameOf(dialog))) continue;
    const buttons = [...dialog.querySelectorAll<HTMLElement>('button, [role="button"]')];
    const way = attempt % 3;
    if (way === 0) (buttons.find((one) => goOn.test(one.textContent ?? '')) ?? buttons.at(-1))?.click();
    else if (way === 1) (buttons.find((one) => close.test(nameOf(one))) ?? buttons[0])?.click();
    else {
      const escape = { key: 'Escape', code: 'Escape', keyCode: 27, bubbles: true };
      for (const type of ['keydown', 'keyup']) dialog.dispatchEvent(new KeyboardEvent(type, escape));
    }
    return true;
  }
  return false;
}

const againMs = 1_000;

export type NewsReader = {
  /** To be called with each look at the linked page; never fails, and says in the log what it does. */
  look: () => void;
  stop: () => void;
};

/** `onStuck`: the dialog is still there after `newsMs` of trying, and a person has to know. Said once. */
export function createNewsReader(deps: {
  page: Page;
  callMs: number;
  newsMs: number;
  logger: EngineLogger;
  onStuck: () => void;
}): NewsReader {
  const { page, callMs, newsMs, logger, onStuck } = deps;
  let since: number | null = null;
  let attempt = 0;
  let busy = false;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function look(): Promise<void> {
    if (busy || stopped) return;
    busy = true;
    clearTimeout(timer);
    const found = await within(callMs, "What's new", page.evaluate(confirmNews, attempt)).catch(() => false);
    busy = false;
    if (!found || stopped) {
      since = null;
      attempt = 0;
      return;
    }
    if (attempt === 0) logger.info({}, "confirmed WhatsApp's dialog about what is new");
    attempt += 1;
    since ??= Date.now();
    if (Date.now() - since < newsMs) {
      timer = setTimeout(() => void look(), againMs);
      return;
    }
    stopped = true;
    logger.error({}, "WhatsApp's dialog about what is new does not go away: it must be confirmed");
    onStuck();
  }

  return {
    look: () => void look(),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
