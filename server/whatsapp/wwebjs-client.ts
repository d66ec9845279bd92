import type { Browser, Frame, Page } from 'puppeteer-core';
import library, { type ClientOptions } from 'whatsapp-web.js';
import { pause, within } from './wwebjs-deadline';
import { installKit } from './wwebjs-kit';
import { mendLibrary } from './wwebjs-mend';
import { askedModules, pairingModules, startModules, waitForModules } from './wwebjs-modules';
import { keepLogoutReason, markDocument, nameShim, readLevel, readLogoutReason, repairPage } from './wwebjs-page';
import type { Deadlines, EngineLogger } from './wwebjs-settings';
import { replaceableModules, standIn } from './wwebjs-stand-ins';
import { tryOut, type TryOutPart } from './wwebjs-try-out';
import type { UserAgent } from './wwebjs-user-agent';

/** Modules that the page lacks: the engine reports them as WHATSAPP_CHANGED. */
export class PageChangedError extends Error {
  override name = 'PageChangedError';
  constructor(readonly missing: string[]) {
    super(`the page lacks ${missing.join(', ')}`);
  }
}

export type ClientSeams = {
  browser: Browser;
  page: Page;
  userAgent: UserAgent;
  /** Shown to code that compares versions where the page names none. */
  fallbackVersion: string;
  deadlines: Deadlines;
  logger: EngineLogger;
  /** Rejects when the browser or the page ended. */
  ended: AbortSignal;
  /** The page says that the device is being unlinked. */
  onLogout: (reason: string) => void;
  /** The page was loaded anew within the same browser: nothing can be called until it is ready again. */
  onReload: () => void;
  /** The page's `hasSynced` changed, in whichever direction. */
  onSyncedEdge: () => void;
  /** A message for which the library had no object: the page's own serialized model. */
  onRawMessage: (raw: unknown) => void;
  onFatal: (error: unknown) => void;
};

type Internals = { inject: () => Promise<void>; initWebVersionCache: () => Promise<void> };
/** The library's own methods that its type declarations leave out. */
const internals = library.Client.prototype as unknown as Internals;

/** Whether a call failed because the page went on to another document meanwhile. */
export const wasNavigation = (error: unknown): boolean =>
  error instanceof Error && /context was destroyed|Cannot find context|detached|navigated/i.test(error.message);

/**
 * The library's client on a browser that we own. It differs in what goes wrong otherwise (docs/decisions/0003): the start has
 * deadlines, the page is repaired before each inject, a change of the address bar does not inject twice, and `destroy()`
 * leaves the browser to the engine.
 */
export class RepairedClient extends library.Client {
  /** Counts injects: an inject that a navigation overtook has nothing to say any more. */
  private turn = 0;
  /** For the present document, until it was taken. */
  private synced: (() => Promise<unknown>) | null = null;
  private syncedHandler: (() => Promise<unknown>) | null = null;

  constructor(
    private readonly seams: ClientSeams,
    options: ClientOptions,
  ) {
    super(options);
  }

  override async initialize(): Promise<void> {
    const { page, browser, userAgent, deadlines, ended } = this.seams;
    this.pupBrowser = browser as unknown as typeof this.pupBrowser;
    this.pupPage = page as unknown as typeof this.pupPage;
    this.watchBindings(page);
    const call = <T>(phase: string, work: Promise<T>) => within(deadlines.callMs, phase, work, ended);
    await call('user agent', page.setUserAgent(userAgent));
    const preparation = `${nameShim}; (${installKit})(); (${mendLibrary})();`;
    await call('page preparation', page.evaluateOnNewDocument(preparation));
    await call('page version', internals.initWebVersionCache.call(this));
    const opened = page.goto('https://web.whatsapp.com/', {
      waitUntil: 'domcontentloaded',
      timeout: deadlines.pageMs,
      referer: 'https://whatsapp.com/',
    });
    await within(deadlines.pageMs, 'opening the page', opened, ended);
    page.on('framenavigated', (frame) => this.handleNavigation(frame));
    await this.inject();
  }

  async inject(): Promise<void> {
    const { page, deadlines, ended, fallbackVersion } = this.seams;
    this.turn += 1;
    const turn = this.turn;
    const call = <T>(phase: string, work: Promise<T>) => within(deadlines.callMs, phase, work, ended);
    try {
      if (await call('page mark', page.evaluate(markDocument))) return;
      this.synced = null;
      await this.checkModules();
      if (!(await call('page repair', page.evaluate(repairPage, fallbackVersion))))
        throw new PageChangedError(['Debug.VERSION']);
      await call('logout listener', page.evaluate(keepLogoutReason));
      await within(deadlines.startMs, 'injection', internals.inject.call(this), ended);
      this.synced = this.syncedHandler;
    } catch (error) {
      if (await this.wasOvertaken(turn, error)) return;
      throw error;
    }
  }

  /**
   * What the library asks for before it listens must be there and do what it should, or something that stands in for it. What a QR is
   * made of is missed only by a page that is not linked.
   * @throws PageChangedError
   */
  private async checkModules(): Promise<void> {
    const { page, deadlines, ended, logger } = this.seams;
    const { modulesMs, quietMs, callMs } = deadlines;
    const wanted = [...startModules, ...pairingModules];
    const missing = await waitForModules(page, wanted, { patienceMs: modulesMs, quietMs, callMs });
    const essential = missing.filter((path) => !pairingModules.includes(path));
    if (essential.length > 0) throw new PageChangedError(missing);
    const patience = { patienceMs: Math.min(2 * quietMs, modulesMs), quietMs, callMs };
    const replaced = await waitForModules(page, replaceableModules, patience);
    if (replaced.length + missing.length > 0)
      logger.warn({ missing: [...missing, ...replaced] }, 'the page lacks what the library asks for');
    const canReplace = await within(callMs, 'stand-ins', page.evaluate(standIn, askedModules), ended);
    if (!canReplace && replaced.length > 0) throw new PageChangedError(replaced);
    const tryParts = async (...parts: TryOutPart[]): Promise<string[]> =>
      within(callMs, 'self-check', page.evaluate(tryOut, { parts, ms: callMs / 2 }), ended);
    const failing = await tryParts('start', 'pairing');
    const dead = failing.filter((path) => !pairingModules.includes(path));
    if (dead.length > 0) throw new PageChangedError(dead);
    if (failing.length === 0 || !(await this.isUnpaired())) return;
    // Asked again: keys may have been on their way.
    const lacking = await tryParts('pairing');
    if (lacking.length > 0) throw new PageChangedError(lacking);
  }

  /** Once the page has made up its mind. */
  private async isUnpaired(): Promise<boolean> {
    const { page, deadlines, ended } = this.seams;
    const passing = ['OPENING', 'UNLAUNCHED', 'PAIRING', null];
    for (const until = Date.now() + deadlines.startMs; Date.now() < until; await pause(deadlines.pollMs)) {
      const { state } = await within(deadlines.callMs, 'page state', page.evaluate(readLevel), ended);
      if (!passing.includes(state)) return state?.startsWith('UNPAIRED') === true;
    }
    return true;
  }

  /** The engine ends the browser, and keeps the page open on states that pass. */
  override async destroy(): Promise<void> {}

  /**
   * The library's handler of "synced", which puts its functions into the page, subscribes to it and says `ready`; once for
   * each document. The library itself runs it on every change of `hasSynced`, and never where that was true from the start.
   * null: it was run, or the library is not listening yet.
   */
  takeSynced(): (() => Promise<unknown>) | null {
    const run = this.synced;
    this.synced = null;
    return run;
  }

  private handleNavigation(frame: Frame): void {
    const { page, onLogout, onReload, onFatal } = this.seams;
    if (frame !== page.mainFrame()) return;
    const url = frame.url();
    if (url.includes('post_logout=1')) {
      onLogout(new URL(url).searchParams.get('logout_reason') ?? 'LOGOUT');
      return;
    }
    const again = async () => {
      const { callMs } = this.seams.deadlines;
      const same = await within(callMs, 'page mark', page.evaluate('globalThis.__omniwp === true'));
      if (same) return;
      onReload();
      await this.inject();
    };
    again().catch((error: unknown) => {
      if (!wasNavigation(error)) onFatal(error);
    });
  }

  /** A navigation makes every call into the old document fail, a little before it is announced. */
  private async wasOvertaken(turn: number, error: unknown): Promise<boolean> {
    if (wasNavigation(error)) await pause(500);
    return turn !== this.turn;
  }

  /** The library reaches Node through exposed functions; three of them need more care than it takes. */
  private watchBindings(page: Page): void {
    const expose = page.exposeFunction.bind(page);
    page.exposeFunction = (name, given) => {
      const target = given as (...args: unknown[]) => unknown;
      switch (name) {
        case 'onAppStateHasSyncedEvent': {
          this.syncedHandler = async () => target();
          return expose(name, () => this.seams.onSyncedEdge());
        }
        case 'onAddMessageEvent':
          return expose(name, (raw: unknown) => this.handleMessage(target, raw));
        case 'onLogoutEvent':
          return expose(name, () => this.handleLogout());
        // Nobody here asks: each would have the whole chat read, and its group asked of the network.
        case 'onChatUnreadCountEvent':
        case 'onRemoveChatEvent':
        case 'onArchiveChatEvent':
          return expose(name, () => undefined);
        default:
          return expose(name, target);
      }
    };
  }

  private handleMessage(target: (...args: unknown[]) => unknown, raw: unknown): void {
    try {
      target(raw);
    } catch (error) {
      // A kind that the library's own classes cannot read is still a message.
      this.seams.logger.warn({ err: error }, 'the library could not read a message');
      this.seams.onRawMessage(raw);
    }
  }

  private async handleLogout(): Promise<void> {
    const reading = this.seams.page.evaluate(readLogoutReason);
    const reason = await within(1000, 'logout reason', reading).catch(() => null);
    this.seams.onLogout(reason ?? 'LOGOUT');
  }
}
