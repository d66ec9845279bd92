/**
 * What the page's own objects are read with, put into each document before its first script. WhatsApp's models, ids and collections
 * change their shape without notice: all that is asked of them is asked here, in every shape that was seen or can be expected.
 */

type Loose = Record<string, unknown>;

export type PageKit = {
  /** The text of a Wid or a key, wherever this page keeps it; null: there is none to be had. */
  idText: (id: unknown) => string | null;
  /** A chat's id as text, without a device part and with the page's own spelling of the server. */
  chatText: (id: unknown) => string | null;
  /** What is behind a promise, or there already; undefined where it fails, or takes longer than `ms`. */
  settled: (value: unknown, ms?: number) => Promise<unknown>;
  /** The models of a collection. Rejects where this page's collection cannot be listed. */
  list: (collection: unknown) => Promise<Loose[]>;
  /** A model by one of `ids`, as the collection itself answers; undefined: it has none, or fails. */
  ask: (collection: unknown, ids: unknown[]) => Promise<Loose | undefined>;
  /** A model by its id: asked for, else looked for. */
  find: (collection: unknown, ids: unknown[]) => Promise<Loose | undefined>;
  /** The time of a message, s. One that has none is of now, and remains so. */
  timeOf: (model: unknown) => number;
  /** A time in s, however it is written; null: it is none. */
  seconds: (time: unknown) => number | null;
  /** A message's key, in plain values: `remote` and `participant` as texts. null: it has no text. `self`: the model's own word for in or out. */
  key: (id: unknown, self?: unknown) => PlainKey | null;
  /** What the adapter reads of a message (`RawMessage` in wwebjs-convert.ts), in plain values; null: it is no message. */
  message: (model: unknown) => (Loose & { id: PlainKey | null }) | null;
};

export type PlainKey = {
  fromMe: boolean;
  remote: string | undefined;
  id: unknown;
  participant?: string;
  _serialized: string;
};

export type KitWindow = Window & { __omniwpKit: PageKit; require: (name: string) => unknown };

/** Runs inside the page, for `evaluateOnNewDocument`. */
export function installKit(): void {
  const w = window as unknown as KitWindow;
  if (w.__omniwpKit) return;

  const attempt = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch {
      return undefined;
    }
  };
  const isObject = (value: unknown): value is Loose => typeof value === 'object' && value !== null;
  const read = (owner: unknown, name: string | symbol): unknown =>
    attempt(() => (owner as Record<string | symbol, unknown> | null | undefined)?.[name]);
  const isPromise = (value: unknown): value is Promise<unknown> =>
    isObject(value) && typeof read(value, 'then') === 'function';
  const isIdText = (value: unknown): value is string =>
    typeof value === 'string' && /^((true|false)_)?[^_\s]+@\w[\w.]*(_|$)/.test(value);

  function idText(id: unknown): string | null {
    if (!isObject(id)) return isIdText(id) ? id : null;
    const own = read(id, '_serialized');
    if (isIdText(own)) return own;
    const printed = attempt(() => String(id));
    if (isIdText(printed)) return printed;
    const parts = ['remote', 'participant', 'user', 'server'];
    const kept = Object.keys(id).find((name) => !parts.includes(name) && isIdText(read(id, name)));
    if (kept) return read(id, kept) as string;
    const [user, server] = [read(id, 'user'), read(id, 'server')];
    if (typeof user === 'string' && typeof server === 'string') return `${user}@${server}`;
    const [fromMe, part] = [read(id, 'fromMe'), read(id, 'id')];
    const [chat, author] = [idText(read(id, 'remote')), idText(read(id, 'participant'))];
    if (typeof fromMe !== 'boolean' || typeof part !== 'string' || !chat) return null;
    return [fromMe, chat, part, ...(author ? [author] : [])].join('_');
  }
  const chatText = (id: unknown): string | null =>
    idText(id)?.replace(/:\d+@/, '@').replace('@s.whatsapp.net', '@c.us') ?? null;

  async function settled(value: unknown, ms = 1000): Promise<unknown> {
    if (!isPromise(value)) return value;
    const late = new Promise<undefined>((done) => setTimeout(done, ms, undefined));
    return Promise.race([value.catch(() => undefined), late]);
  }

  async function list(collection: unknown): Promise<Loose[]> {
    const ways = ['getModelsArray', 'toArray', 'values'];
    const asked = ways.map((name) => () => (collection as Record<string, () => unknown>)[name]?.());
    const kept = ['_models', 'models'].map((name) => () => read(collection, name));
    for (const way of [...asked, ...kept, () => collection]) {
      const found = await settled(attempt(way));
      const models = isObject(found) ? attempt(() => Array.from(found as unknown as Iterable<unknown>)) : undefined;
      if (!models || typeof read(found, Symbol.iterator) !== 'function') continue;
      // A Map goes through pairs.
      return models.map((one) => (Array.isArray(one) ? (one[1] as unknown) : one)).filter(isObject);
    }
    throw new Error('getModelsArray is not a function');
  }

  async function ask(collection: unknown, ids: unknown[]): Promise<Loose | undefined> {
    for (const id of ids) {
      const found = await settled(attempt(() => (collection as { get: (id: unknown) => unknown }).get(id)));
      if (isObject(found)) return found;
    }
    return undefined;
  }
  async function find(collection: unknown, ids: unknown[]): Promise<Loose | undefined> {
    const found = await ask(collection, ids);
    if (found) return found;
    const texts = ids.map(chatText).filter(Boolean);
    return (await list(collection).catch(() => [])).find((model) => texts.includes(chatText(read(model, 'id'))));
  }

  function seconds(time: unknown): number | null {
    const value = typeof time === 'bigint' || typeof time === 'string' || time instanceof Date ? Number(time) : time;
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) return null;
    // Seconds have ten digits until the year 2286.
    return Math.floor(value >= 1e11 ? value / 1000 : value);
  }
  const firstSeen = new WeakMap<object, number>();
  function timeOf(model: unknown): number {
    const names = ['t', 'timestamp', 'messageTimestamp'];
    const own = names.map((name) => seconds(read(model, name))).find((time) => time !== null);
    if (own || !isObject(model)) return own ?? Math.floor(Date.now() / 1000);
    if (!firstSeen.has(model)) firstSeen.set(model, Math.floor(Date.now() / 1000));
    return firstSeen.get(model) ?? 0;
  }

  function key(id: unknown, self?: unknown): PlainKey | null {
    const text = idText(id);
    if (!text) return null;
    const said = /^(true|false)_([^_]+)_([^_]+)(?:_(.+))?$/.exec(text);
    const own = read(id, 'fromMe');
    const participant = idText(read(id, 'participant')) ?? said?.[4];
    return {
      fromMe: typeof own === 'boolean' ? own : said ? said[1] === 'true' : self === 'out',
      remote: idText(read(id, 'remote')) ?? said?.[2],
      id: read(id, 'id') ?? said?.[3],
      ...(participant ? { participant } : {}),
      _serialized: text,
    };
  }

  function message(model: unknown): (Loose & { id: PlainKey | null }) | null {
    if (!isObject(model)) return null;
    // A model that shows nothing may still say all.
    const said = read(model, 'id') === undefined ? attempt(() => (model.serialize as () => unknown)()) : undefined;
    const of = (name: string): unknown => read(model, name) ?? read(said, name);
    const ack = of('ack');
    const plain: Loose = { t: timeOf(said ?? model), from: idText(of('from')), to: idText(of('to')) };
    if (ack !== undefined && ack !== null && ack !== '') plain.ack = Number(ack);
    for (const name of ['type', 'body', 'caption', 'pollName', 'eventName', 'notifyName', 'mimetype']) {
      const value = of(name);
      if (typeof value === 'string') plain[name] = value;
    }
    for (const name of ['isNotification', 'isNewMsg']) if (of(name) === true) plain[name] = true;
    return { ...plain, id: key(of('id'), of('self')) };
  }

  w.__omniwpKit = { idText, chatText, settled, list, ask, find, timeOf, seconds, key, message };
}
