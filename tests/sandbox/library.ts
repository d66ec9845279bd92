import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import whatsapp from 'whatsapp-web.js';
import { findBrowser } from '@/scripts/find/browser.mjs';
import type { Sandbox } from '@/tests/support/sandbox';

/** The real library, unmodified, and the browser it drives: found as the product finds its own. */
const found = await findBrowser();
export const executablePath = found.path;
export const browserEnv = { ...process.env, ...found.env };

const flags = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
  '--disable-features=LocalNetworkAccessChecks',
];

export type ClientOptions = { sandbox: Sandbox; version: string; profile?: string };

export function clientOptions({ sandbox, version, profile }: ClientOptions): whatsapp.ClientOptions {
  return {
    authStrategy: new whatsapp.LocalAuth({ dataPath: profile ?? mkdtempSync(join(tmpdir(), 'omniwp-profile-')) }),
    webVersion: version,
    webVersionCache: { type: 'local', path: sandbox.pageDir, strict: true },
    puppeteer: { headless: true, executablePath, env: browserEnv, args: flags },
  };
}

/** `new Client(...)` and nothing else. */
export function createClient(options: ClientOptions): whatsapp.Client {
  return new whatsapp.Client(clientOptions(options));
}

/** The repairs that the page of today asks for, as small as they can be: enough to prove that the page can be repaired. */
const repairs = `
  (async () => {
    const count = () => (window.require ? Object.keys(window.require('__debug').modulesMap).length : 0);
    for (let last = -1, quiet = 0; quiet < 8; ) {
      await new Promise((done) => setTimeout(done, 50));
      quiet = count() === last && last > 0 ? quiet + 1 : 0;
      last = count();
    }
    window.Debug ??= { VERSION: window.require('WAWebUpdaterVersion').SANITIZED_VERSION_STR };
    const { prototype } = window.require('WAWebMsgKey');
    const name = /return this\\.([$\\w]+)/.exec(String(prototype.toString))[1];
    if (name === '_serialized' || Object.hasOwn(prototype, name)) return;
    const write = (key, value) =>
      Object.defineProperty(key, '_serialized', { value, writable: true, enumerable: true, configurable: true });
    Object.defineProperty(prototype, name, {
      configurable: true,
      get() { return this._serialized; },
      set(value) { write(this, value); },
    });
    const repair = (key) => {
      if (!key || !Object.hasOwn(key, name)) return;
      const value = key[name];
      delete key[name];
      write(key, value);
    };
    const { Msg, Chat } = window.require('WAWebCollections');
    for (const message of Msg.getModelsArray()) repair(message.id);
    for (const chat of Chat.getModelsArray()) repair(chat.lastReceivedKey);
  })()
`;

/** Says when the page is synced although nobody saw the change: the level instead of the edge. */
const syncedAlready = `
  window.require('WAWebSocketModel').Socket.hasSynced === true && typeof window.WWebJS === 'undefined'
`;

class RepairedClient extends whatsapp.Client {
  async inject(): Promise<void> {
    const page = this.pupPage;
    if (!page) throw new Error('no page');
    await page.evaluate(repairs);
    const proto: { inject(this: RepairedClient): Promise<void> } = Object.getPrototypeOf(RepairedClient.prototype);
    await proto.inject.call(this);
    if (await page.evaluate(syncedAlready)) await page.evaluate('window.onAppStateHasSyncedEvent()');
  }
}

/** The library with the repairs, on a user agent that does not say Headless. */
export function createRepairedClient(options: ClientOptions): whatsapp.Client {
  return new RepairedClient(clientOptions(options));
}

/** Resolves with the arguments of the next event of that name. */
export function next<T extends unknown[]>(client: whatsapp.Client, event: string): Promise<T> {
  return new Promise((resolve) => {
    client.once(event, (...args: unknown[]) => resolve(args as T));
  });
}
