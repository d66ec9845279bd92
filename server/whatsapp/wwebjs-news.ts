import type { Page } from 'puppeteer-core';
import { within } from './wwebjs-deadline';
import type { EngineLogger } from './wwebjs-settings';

/**
 * Runs inside the page: confirms the "What's new" dialog, which covers the page after some logins and costs the link when
 * nobody does within about five minutes (rmyndharis/OpenWA#982). Only a dialog that says so, and only its "go on" button, is touched.
 * @returns whether there was one
 */
export function confirmNews(): boolean {
  const about = /what.s new|fresh look|new look|novedades|qué hay de nuevo|nuevo aspecto|novidades|nova aparência/i;
  const goOn = /^\s*(continue|continuar|ok|got it|entendido|entendi|aceptar)\s*$/i;
  const dialogs = document.querySelectorAll<HTMLElement>('[role="dialog"], [data-animate-modal-popup="true"]');
  for (const dialog of dialogs) {
    if (!about.test(`${dialog.getAttribute('aria-label') ?? ''} ${dialog.textContent ?? ''}`)) continue;
    const buttons = [...dialog.querySelectorAll<HTMLElement>('button, [role="button"]')];
    const button = buttons.find((candidate) => goOn.test(candidate.textContent ?? '')) ?? buttons.at(-1);
    button?.click();
    return button !== undefined;
  }
  return false;
}

/** How often a dialog may still be there after it was confirmed, before a person has to know. */
const patience = 5;

/** To be called with each look at the linked page; never fails, and says in the log what it does. */
export function createNewsReader(page: Page, callMs: number, logger: EngineLogger): () => void {
  let tries = 0;
  let busy = false;
  return () => {
    if (busy) return;
    busy = true;
    within(callMs, "What's new", page.evaluate(confirmNews))
      .then((found) => {
        tries = found ? tries + 1 : 0;
        if (tries === 1) logger.info({}, "confirmed WhatsApp's dialog about what is new");
        if (tries === patience)
          logger.error({}, "WhatsApp's dialog about what is new does not go away: it must be confirmed");
      })
      .catch(() => undefined)
      .finally(() => {
        busy = false;
      });
  };
}
