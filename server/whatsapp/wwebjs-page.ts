/**
 * Functions that run inside the page, not here: each must stand alone, since only its text travels. They touch nothing that
 * they have not looked for first, because the page changes without notice.
 */

import type { KitWindow } from './wwebjs-kit';

type Loose = Record<string, unknown>;
type PageWindow = Window & {
  require: (name: string) => unknown;
  Debug?: { VERSION?: string };
  [key: string]: unknown;
};

/** For `evaluateOnNewDocument`: bundlers wrap functions in `__name`, which the page does not have. */
export const nameShim = 'globalThis.__name ??= (target) => target;';

/** Names the document as one that we injected into; says whether it was already. */
export function markDocument(): boolean {
  const w = window as unknown as PageWindow;
  const marked = w.__omniwp === true;
  w.__omniwp = true;
  return marked;
}

/** What the page says about itself right now: a level, not an edge. null stands for "the page does not say". */
export type Level = {
  /** Socket.state, one of the library's WAState words. */
  state: string | null;
  hasSynced: boolean | null;
  /** Stream.mode: MAIN once the chats are there, QR while unlinked. */
  mode: string | null;
  /** Changes with each QR. Part of a credential: compared, never logged. */
  ref: string | null;
  /** How long the page shows this ref, ms, counted from when it came. */
  refMs: number | null;
  /** Whether the library's own functions are in the page. */
  injected: boolean;
  /** The page's version by its own word. */
  version: string | null;
};

export function readLevel(): Level {
  const w = window as unknown as PageWindow;
  const find = (name: string, member: string): Loose => {
    try {
      return ((w.require(name) as Loose | undefined)?.[member] as Loose | undefined) ?? {};
    } catch {
      return {};
    }
  };
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  // A look must not end because one member is not what it was.
  const read = (name: string, member: string, field: string): unknown => {
    try {
      return find(name, member)[field];
    } catch {
      return undefined;
    }
  };
  const state = read('WAWebSocketModel', 'Socket', 'state');
  const hasSynced = read('WAWebSocketModel', 'Socket', 'hasSynced');
  const refMs = read('WAWebConnModel', 'Conn', 'refTTL');
  const version = (): string | null => {
    try {
      return text(find('WAWebUpdaterVersion', 'SANITIZED_VERSION_STR')) ?? text(w.Debug?.VERSION);
    } catch {
      return null;
    }
  };
  return {
    // One that is no word is none that anybody knows.
    state: text(state) ?? (state === undefined || state === null ? null : `(${typeof state})`),
    hasSynced: typeof hasSynced === 'boolean' ? hasSynced : null,
    mode: text(read('WAWebStreamModel', 'Stream', 'mode')),
    ref: text(read('WAWebConnModel', 'Conn', 'ref')),
    refMs: typeof refMs === 'number' && refMs >= 1000 ? refMs : null,
    injected: w.WWebJS !== undefined,
    version: version(),
  };
}

/**
 * Which of `wanted` (`Module` or `Module.member.member`) are not there, and how many modules are registered where it can be told. A
 * member that a module keeps under `default` is there, and "require" stands for all of them.
 */
export function findMissing(wanted: string[]): { missing: string[]; modules: number | null } {
  const w = window as unknown as PageWindow;
  const load = (name: string): unknown => {
    try {
      return w.require(name);
    } catch {
      return undefined;
    }
  };
  const inside = (owner: unknown, members: string[]): unknown => {
    try {
      return members.reduce((value: unknown, member) => (value as Loose | null | undefined)?.[member], owner);
    } catch {
      return undefined;
    }
  };
  const isThere = (path: string): boolean => {
    const [name = '', ...members] = path.split('.');
    const exports = load(name);
    return (inside(exports, members) ?? inside(exports, ['default', ...members]) ?? null) !== null;
  };
  const isPromise = (value: unknown): boolean => typeof (value as { then?: unknown } | undefined)?.then === 'function';
  const answers =
    typeof w.require === 'function' && !wanted.some((path) => isPromise(load(path.split('.')[0] ?? path)));
  const missing = answers ? wanted.filter((path) => !isThere(path)) : ['require'];
  const map = (load('__debug') as { modulesMap?: unknown } | undefined)?.modulesMap;
  const modules = map instanceof Map ? map.size : map && typeof map === 'object' ? Object.keys(map).length : null;
  return { missing, modules };
}

/** Asks the page's own loader for modules that come on demand, each by itself: it refuses what it does not know. false: it took none. */
export function loadOnDemand(names: string[]): boolean {
  const w = window as unknown as PageWindow;
  type Loader = { loadModules: (names: string[], loaded: () => void, why: string) => void };
  const load = (name: string): boolean => {
    try {
      ((w.require('Bootloader') ?? w.Bootloader) as Loader).loadModules([name], () => undefined, 'omniwp');
      return true;
    } catch {
      return false;
    }
  };
  return names.filter(load).length > 0;
}

/**
 * Puts back what the page changed after whatsapp-web.js 1.34.7 was written: `Debug.VERSION`, and `_serialized` on keys and
 * Wids, whose text has moved to a minified property (and is still what `toString()` returns, today); and what the library asks a Wid.
 * @returns false: `Debug.VERSION`, without which the library does not begin, can be put nowhere
 */
export function repairPage(fallbackVersion: string): boolean {
  const w = window as unknown as PageWindow & KitWindow;
  type Wid = { _serialized?: string; server?: string };
  const load = (name: string): unknown => {
    try {
      return w.require(name);
    } catch {
      return undefined;
    }
  };
  const giveSerialized = (prototype: object | null | undefined): void => {
    if (!prototype || prototype === Object.prototype || '_serialized' in prototype || Object.isFrozen(prototype))
      return;
    let reading = false;
    Object.defineProperty(prototype, '_serialized', {
      configurable: true,
      get(this: Loose) {
        // A toString() that reads `_serialized` itself must not come back here for ever.
        if (reading) return undefined;
        reading = true;
        try {
          return w.__omniwpKit.idText(this) ?? undefined;
        } finally {
          reading = false;
        }
      },
      set(this: object, value: unknown) {
        Object.defineProperty(this, '_serialized', { value, configurable: true, enumerable: true, writable: true });
      },
    });
  };
  const giveMethods = (wid: Wid, prototype: object): void => {
    const servers = { isLid: 'lid', isGroup: 'g.us', isNewsletter: 'newsletter', isBroadcast: 'broadcast' };
    if (prototype === Object.prototype || typeof wid.server !== 'string') return;
    for (const [name, server] of Object.entries(servers)) {
      if (name in wid) continue;
      const value = function is(this: Wid): boolean {
        return this.server === server;
      };
      Object.defineProperty(prototype, name, { configurable: true, value });
    }
  };
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch {
      // This page has it otherwise, or does not let us.
    }
  };
  const hasVersion = (): boolean => {
    try {
      return w.Debug?.VERSION !== undefined && w.Debug.VERSION !== null;
    } catch {
      return false;
    }
  };
  const updater = load('WAWebUpdaterVersion') as { SANITIZED_VERSION_STR?: string } | undefined;
  const VERSION = updater?.SANITIZED_VERSION_STR ?? fallbackVersion;
  if (!hasVersion()) attempt(() => Object.assign(w.Debug ?? {}, { VERSION }));
  // One that is sealed, or none.
  if (!hasVersion()) attempt(() => Object.assign(w, { Debug: { ...w.Debug, VERSION } }));
  if (!hasVersion())
    attempt(() => Object.defineProperty(w, 'Debug', { value: { VERSION }, configurable: true, writable: true }));
  const key = load('WAWebMsgKey') as { prototype?: object; default?: { prototype?: object } } | undefined;
  attempt(() => giveSerialized(key?.prototype ?? key?.default?.prototype));
  for (const text of ['10000000000@c.us', '10000000000@lid', '120363000000000000@g.us']) {
    // No factory yet: this runs again before `ready`.
    attempt(() => {
      const { createWid } = load('WAWebWidFactory') as { createWid: (text: string) => Wid };
      const wid = createWid(text);
      const prototype = Object.getPrototypeOf(wid) as object;
      if (wid._serialized === undefined) giveSerialized(prototype);
      giveMethods(wid, prototype);
    });
  }
  return hasVersion();
}

/** Keeps the word that the page gives for a logout: the library's own listener drops it. */
export function keepLogoutReason(): void {
  const w = window as unknown as PageWindow;
  try {
    const { Cmd } = w.require('WAWebCmd') as {
      Cmd: { on: (name: string, listener: (...args: unknown[]) => void) => void };
    };
    const keep = (...args: unknown[]): void => {
      w.__omniwpLogout = args.map((arg) => (typeof arg === 'object' ? (arg as Loose)?.reason : arg)).find(Boolean);
    };
    Cmd.on('logout', keep);
    Cmd.on('logout_from_bridge', keep);
  } catch {
    // The library's own subscription will say what is missing.
  }
}

export function readLogoutReason(): string | null {
  const reason = (window as unknown as PageWindow).__omniwpLogout;
  return typeof reason === 'string' || typeof reason === 'number' ? String(reason) : null;
}

/** Our own number, name and kind of phone, once the page knows them. */
export async function readSelf(): Promise<{
  pn: string | null;
  lid: string | null;
  name: string | null;
  platform: string | null;
}> {
  const w = window as unknown as PageWindow & KitWindow;
  const kit = w.__omniwpKit;
  const call = async (member: string): Promise<string | null> => {
    try {
      return kit.chatText(await kit.settled(((w.require('WAWebUserPrefsMeUser') as Loose)[member] as () => unknown)()));
    } catch {
      return null;
    }
  };
  let conn: Loose = {};
  try {
    conn = (w.require('WAWebConnModel') as Loose).Conn as Loose;
  } catch {
    // A name is nice to have.
  }
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  return {
    pn: await call('getMaybeMePnUser'),
    lid: await call('getMaybeMeLidUser'),
    name: text(conn.pushname),
    platform: text(conn.platform),
  };
}

/** Resolves when the page's own logout did; false where the page has none. */
export async function askLogout(): Promise<boolean> {
  const w = window as unknown as PageWindow;
  const { Socket } = w.require('WAWebSocketModel') as { Socket: { logout?: () => unknown } };
  if (typeof Socket.logout !== 'function') return false;
  await Socket.logout();
  return true;
}
