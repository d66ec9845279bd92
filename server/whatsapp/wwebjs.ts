import { setMaxListeners } from 'node:events';
import type { Page } from 'puppeteer-core';
import type { OwnedBrowser } from './browser';
import { measureGroup } from './browser-memory';
import {
  type Engine,
  EngineError,
  type EngineEvent,
  type EngineFactory,
  type EngineFailure,
  type EngineState,
} from './engine';
import { createCalls } from './wwebjs-calls';
import { type ClientSeams, RepairedClient, wasNavigation } from './wwebjs-client';
import type { RawMessage } from './wwebjs-convert';
import { notReady, pause, within } from './wwebjs-deadline';
import { createDisk } from './wwebjs-disk';
import { digitsOf } from './wwebjs-ids';
import { clientOptions, launch, StartError } from './wwebjs-launch';
import { createLidBook } from './wwebjs-lids';
import { readLevel } from './wwebjs-page';
import { createNewsReader } from './wwebjs-news';
import { createPairing } from './wwebjs-pairing';
import { createPhases } from './wwebjs-phase';
import { type Deadlines, defaultDeadlines, type WwebjsDeps } from './wwebjs-settings';
import { failureOf, failureOfPage, withVersion } from './wwebjs-states';
import { createEventStream, type EventStream } from './wwebjs-stream';
import { takeOverPage } from './wwebjs-takeover';
import { createUnheard } from './wwebjs-unheard';
import { unlinkDevice } from './wwebjs-unlink';
import { watchPage } from './wwebjs-watch';

/**
 * The engine port on whatsapp-web.js 1.34.7 in a Chromium of our own. One engine is one generation: one browser on one profile,
 * one `ready`, one ending. After `offline`, `crashed` or `logged_out` it says nothing more and its browser is ended.
 */
export function createWwebjsEngine(deps: WwebjsDeps): EngineFactory {
  const deadlines = { ...defaultDeadlines, ...deps.deadlines };
  return ({ profileDir, epoch = 0, onEvent }) => createGeneration(deps, deadlines, { profileDir, epoch }, onEvent);
}

/** What there is once a browser runs. */
type Live = {
  page: Page;
  client: RepairedClient;
  calls: ReturnType<typeof createCalls>;
  stream: EventStream;
};

function createGeneration(
  deps: WwebjsDeps,
  deadlines: Deadlines,
  place: { profileDir: string; epoch: number },
  onEvent: (event: EngineEvent) => void,
): Engine {
  const { logger } = deps;
  const fallbackVersion = deps.webVersion ?? '2.3000.0';
  const abort = new AbortController();
  const ended = abort.signal;
  // Each call under way listens to it.
  setMaxListeners(0, ended);
  const disk = createDisk(place.profileDir, deps.disk);
  let running: Promise<void> | null = null;
  let owned: OwnedBrowser | null = null;
  let live: Live | null = null;
  let stopping: Promise<void> | null = null;
  let pageVersion: string | null = null;

  const emit = (event: EngineEvent): void => {
    if (!ended.aborted) onEvent(event);
  };
  const say = (state: EngineState): void => emit({ type: 'state', state });

  function end(state: EngineState): void {
    if (ended.aborted) return;
    say(withVersion(state, pageVersion));
    close();
  }

  /** A page that cannot write says strange things about its link: a logout is believed only where there is room. */
  function finish(state: EngineState): void {
    if (state.kind === 'logged_out') void endUnlessFull(() => end(state));
    else end(state);
  }

  async function endUnlessFull(otherwise: () => void): Promise<void> {
    const reason = await disk.lacksRoom('run');
    if (reason) end({ kind: 'offline', reason });
    else otherwise();
  }
  const fail = (reason: EngineFailure): void => finish({ kind: 'crashed', reason });
  function failWith(error: unknown): void {
    if (error instanceof StartError) return fail(error.failure);
    const failure = live ? failureOfPage(error) : failureOf(error);
    // A browser that dies makes the calls into its page fail a moment before its process is gone.
    if (failure.code === 'PAGE_DIED') setTimeout(() => fail(failure), 500).unref();
    else fail(failure);
  }

  /** Nothing is said any more; calls under way end. The browser's ending is awaited by `stop()`. */
  function close(): void {
    abort.abort(notReady('The engine has ended.'));
    owned?.end().catch((error: unknown) => logger.error({ err: error }, 'ending the browser failed'));
  }

  const pairing = createPairing(deadlines, say);
  const phases = createPhases({ deadlines, pairing, say, finish, takeOver: () => void takeOver() });

  async function run(): Promise<void> {
    try {
      const lacking = await disk.lacksRoom('start');
      if (lacking) throw new StartError(lacking);
      const launched = await launch(deps, deadlines, place, ended);
      owned = launched.owned;
      if (ended.aborted) return;
      watchDeath(owned);
      await open(owned, launched.userAgent);
    } catch (error) {
      // A target that closes while we stop is what stopping looks like.
      if (!ended.aborted) logger.warn({ err: error }, 'the engine could not start');
      failWith(error);
    }
  }

  function watchDeath(browser: OwnedBrowser): void {
    void browser.exited.then((how) => fail({ code: 'BROWSER_DIED', detail: `the browser ${how}` }));
    browser.page.on('error', (error) => fail({ code: 'PAGE_DIED', detail: error.message }));
    if (browser.hasCrashed()) fail({ code: 'PAGE_DIED', detail: 'the page died while it started' });
    // An open dialog stops the page and every call into it.
    browser.page.on('dialog', (dialog) => {
      const closing = dialog.type() === 'beforeunload' ? dialog.accept() : dialog.dismiss();
      closing.catch(() => undefined);
    });
    browser.page.on('close', () => {
      // A browser that dies takes its pages along, a moment before its process is gone.
      setTimeout(() => fail({ code: 'PAGE_DIED', detail: 'the page was closed' }), 500).unref();
    });
  }

  async function open(browser: OwnedBrowser, userAgent: ClientSeams['userAgent']): Promise<void> {
    const lids = createLidBook(browser.page);
    const stream = createEventStream(emit, lids, logger);
    const news = createNewsReader({
      page: browser.page,
      callMs: deadlines.callMs,
      newsMs: deadlines.newsMs,
      logger,
      onStuck: () => {
        const detail = 'a dialog of WhatsApp does not go away; the phone unlinks a device that leaves it open';
        finish({ kind: 'offline', reason: { code: 'ACTION_REQUIRED', detail } });
      },
    });
    const lookForUnheard = createUnheard({ page: browser.page, stream, callMs: deadlines.callMs, logger });
    const watch = watchPage({
      page: browser.page,
      deadlines,
      interval: () => (phases.isUneasy() ? deadlines.pollMs : deadlines.probeMs),
      onLevel: (level) => {
        // where a page tells none, `Debug` has what we put there
        if (level.version !== fallbackVersion || deps.webVersion) pageVersion = level.version ?? pageVersion;
        if (level.state === 'CONNECTED') news.look();
        if (phases.isUsable()) lookForUnheard();
        void endUnlessFull(() => phases.level(level));
      },
      isBusy: () => live?.calls.isBusy() ?? false,
      onDeaf: () => fail({ code: 'PAGE_DIED', detail: 'the page gives no answer' }),
    });
    for (const stop of [watch.stop, news.stop]) ended.addEventListener('abort', stop, { once: true });
    const lookAfter = (next: () => void) => () => {
      next();
      watch.look();
    };
    const client = new RepairedClient(
      {
        browser: browser.browser,
        page: browser.page,
        userAgent,
        fallbackVersion,
        deadlines,
        logger,
        ended,
        onLogout: phases.logout,
        onReload: phases.reloaded,
        onSyncedEdge: lookAfter(phases.edge),
        onRawMessage: (raw) => stream.message(raw as RawMessage),
        onFatal: failWith,
      },
      clientOptions(deps),
    );
    client.on('qr', (data) => void showQr(browser.page, data));
    client.on('code', phases.code);
    client.on('loading_screen', (percent) => phases.progress(Number(percent)));
    client.on('change_state', watch.look);
    client.on('message_create', (message) => stream.message(message.rawData as RawMessage));
    client.on('message_ack', (message, ack) => stream.ack(message.rawData as RawMessage, ack));
    const calls = createCalls({ client, page: browser.page, lids, stream, deadlines, ended, logger });
    live = { page: browser.page, client, calls, stream };
    phases.opened();
    await client.initialize();
    watch.look();
  }

  async function showQr(from: Page, data: string): Promise<void> {
    const lacking = await disk.lacksRoom('run');
    if (lacking) return end({ kind: 'offline', reason: lacking });
    const level = await within(deadlines.callMs, 'QR', from.evaluate(readLevel)).catch(() => null);
    phases.qr(data, level?.ref && data.startsWith(`${level.ref},`) ? level.refMs : null);
  }

  async function takeOver(): Promise<void> {
    const handler = live?.client.takeSynced();
    if (!live || !handler) return;
    const { client, page, stream } = live;
    try {
      const self = await takeOverPage({ client, page, fallbackVersion, deadlines, ended, logger }, handler);
      live.calls.reserves(self.reserves);
      phases.usable(self.phone, self.name, self.platform);
      stream.open();
    } catch (error) {
      // The page went on to another document: it will be taken over there.
      if (!wasNavigation(error)) failWith(error);
    }
  }

  function ready(): Live {
    if (!live || ended.aborted || !phases.isUsable()) throw notReady('The engine is not ready.');
    return live;
  }

  async function stop(): Promise<void> {
    stopping ??= (async () => {
      abort.abort(notReady('The engine was stopped.'));
      await running;
      await owned?.end();
    })();
    await stopping;
  }

  return {
    async start() {
      if (running || stopping) return;
      say({ kind: 'starting' });
      running = run();
    },
    stop,
    async logout() {
      const page = live && !ended.aborted && phases.isUsable() ? live.page : null;
      // From here on the page's own goodbye is not news.
      abort.abort(notReady('The engine is logging out.'));
      const unlinked = page !== null && (await unlinkDevice(page, deadlines.logoutMs));
      await stop();
      return { unlinked };
    },
    send: async (chat, content, options) => ready().calls.send(chat, content, options),
    reserveId: () => live?.calls.reserveId() ?? null,
    resolve: async (phone) => ready().calls.resolve(phone),
    chats: async (limit) => ready().calls.chats(limit),
    savedName: async (chat) => ready().calls.savedName(chat),
    history: async (chat, limit, before) => ready().calls.history(chat, limit, before),
    markRead: async (chat) => ready().calls.markRead(chat),
    memory: async () => (owned && !ended.aborted ? measureGroup(owned.pid) : null),
    async pairWithCode(phone) {
      const until = Date.now() + deadlines.startMs;
      while (!phases.isPairing() && !ended.aborted && running && Date.now() < until) await pause(50);
      if (!live || ended.aborted || !phases.isPairing()) throw notReady('The engine is not pairing.');
      phases.usePairing('code');
      try {
        const asking = live.client.requestPairingCode(digitsOf(phone), true, 180_000);
        await within(deadlines.callMs, 'pairing code', asking, ended);
      } catch (error) {
        phases.usePairing('qr');
        if (error instanceof EngineError) throw error;
        throw new EngineError('REJECTED', 'no', failureOf(error).detail);
      }
    },
  };
}
