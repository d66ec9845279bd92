/**
 * Functions that run inside the page, not here: each must stand alone, since only its text travels. They touch nothing that
 * they have not looked for first, because the page changes without notice.
 */

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
  const socket = find('WAWebSocketModel', 'Socket');
  const conn = find('WAWebConnModel', 'Conn');
  return {
    state: text(socket.state),
    hasSynced: typeof socket.hasSynced === 'boolean' ? socket.hasSynced : null,
    mode: text(find('WAWebStreamModel', 'Stream').mode),
    ref: text(conn.ref),
    refMs: typeof conn.refTTL === 'number' && conn.refTTL >= 1000 ? conn.refTTL : null,
    injected: w.WWebJS !== undefined,
  };
}

/** Which of `wanted` (`Module` or `Module.member.member`) are not there, and how many modules are registered where it can be told. */
export function findMissing(wanted: string[]): { missing: string[]; modules: number | null } {
  const w = window as unknown as PageWindow;
  const load = (name: string): unknown => {
    try {
      return w.require(name);
    } catch {
      return undefined;
    }
  };
  const missing = wanted.filter((path) => {
    const [name = '', ...members] = path.split('.');
    let value = load(name);
    for (const member of members) value = (value as Loose | null | undefined)?.[member];
    return value === undefined || value === null;
  });
  const map = (load('__debug') as { modulesMap?: unknown } | undefined)?.modulesMap;
  const modules = map instanceof Map ? map.size : map && typeof map === 'object' ? Object.keys(map).length : null;
  return { missing, modules };
}

/** Asks the page's own loader for modules that come on demand. false where there is none. */
export function loadOnDemand(names: string[]): boolean {
  const w = window as unknown as PageWindow;
  try {
    const loader = (w.require('Bootloader') ?? w.Bootloader) as { loadModules?: (...args: unknown[]) => void };
    if (typeof loader?.loadModules !== 'function') return false;
    loader.loadModules(names, () => undefined, 'omniwp');
    return true;
  } catch {
    return false;
  }
}

/**
 * Puts back what the page changed after whatsapp-web.js 1.34.7 was written: `Debug.VERSION`, and `_serialized` on keys and
 * Wids, whose text has moved to a minified property (and is still what `toString()` returns, today).
 */
export function repairPage(fallbackVersion: string): void {
  const w = window as unknown as PageWindow;
  const load = (name: string): unknown => {
    try {
      return w.require(name);
    } catch {
      return undefined;
    }
  };
  const isText = (value: unknown): value is string =>
    typeof value === 'string' && /^((true|false)_)?[^_\s]+@\w[\w.]*(_|$)/.test(value);
  /** An id's text, wherever this page keeps it: what it prints, a property of whatever name, or its parts put together. */
  const find = (id: Loose): string | undefined => {
    const printed = String(id);
    if (isText(printed)) return printed;
    const parts = ['remote', 'participant', 'user', 'server'];
    const kept = Object.entries(id).find(([name, value]) => !parts.includes(name) && isText(value));
    if (kept) return kept[1] as string;
    if (typeof id.user === 'string' && typeof id.server === 'string') return `${id.user}@${id.server}`;
    const textOf = (part: unknown): unknown => (typeof part === 'object' && part ? (part as Loose)._serialized : part);
    const { fromMe, remote, id: own, participant } = id;
    if (typeof fromMe !== 'boolean' || typeof own !== 'string' || !isText(textOf(remote))) return undefined;
    return [fromMe, textOf(remote), own, ...(participant ? [textOf(participant)] : [])].join('_');
  };
  const giveSerialized = (prototype: object | null | undefined): void => {
    if (!prototype || prototype === Object.prototype || '_serialized' in prototype) return;
    let reading = false;
    Object.defineProperty(prototype, '_serialized', {
      configurable: true,
      get(this: Loose) {
        // A toString() that reads `_serialized` itself must not come back here for ever.
        if (reading) return undefined;
        reading = true;
        try {
          return find(this);
        } finally {
          reading = false;
        }
      },
      set(this: object, value: unknown) {
        Object.defineProperty(this, '_serialized', { value, configurable: true, enumerable: true, writable: true });
      },
    });
  };
  try {
    if (w.Debug?.VERSION === undefined) {
      const updater = load('WAWebUpdaterVersion') as { SANITIZED_VERSION_STR?: string } | undefined;
      const VERSION = updater?.SANITIZED_VERSION_STR ?? fallbackVersion;
      if (w.Debug) w.Debug.VERSION = VERSION;
      else w.Debug = { VERSION };
    }
  } catch {
    // A page that seals Debug has one.
  }
  const key = load('WAWebMsgKey') as { prototype?: object; default?: { prototype?: object } } | undefined;
  giveSerialized(key?.prototype ?? key?.default?.prototype);
  try {
    const { createWid } = load('WAWebWidFactory') as { createWid: (text: string) => { _serialized?: string } };
    const wid = createWid('10000000000@c.us');
    if (wid._serialized === undefined) giveSerialized(Object.getPrototypeOf(wid) as object);
  } catch {
    // No factory yet: this runs again before `ready`.
  }
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
export function readSelf(): { pn: unknown; lid: unknown; name: string | null; platform: string | null } {
  const w = window as unknown as PageWindow;
  const call = (name: string, member: string): unknown => {
    try {
      const wid = ((w.require(name) as Loose)[member] as () => unknown)();
      return wid ? String((wid as Loose)._serialized ?? wid) : null;
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
    pn: call('WAWebUserPrefsMeUser', 'getMaybeMePnUser'),
    lid: call('WAWebUserPrefsMeUser', 'getMaybeMeLidUser'),
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
