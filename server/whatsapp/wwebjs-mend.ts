import type { KitWindow } from './wwebjs-kit';

/**
 * Runs inside the page, for `evaluateOnNewDocument`, after the kit: two of the functions that the library puts into the page fail as
 * a whole where one field or one collection is not as it was, and a message would be lost with them. What they cannot read is read by
 * the kit.
 */
export function mendLibrary(): void {
  type Loose = Record<string, unknown>;
  const w = window as unknown as KitWindow & { WWebJS?: Loose };
  const kit = w.__omniwpKit;
  const slowMs = 500;
  if (Object.getOwnPropertyDescriptor(w, 'WWebJS')) return;

  /** Whatever the library sets there is called through ours. */
  function wrap(owner: Loose, name: string, ours: (plain: never) => unknown): void {
    let plain: unknown;
    let wrapped: unknown;
    Object.defineProperty(owner, name, {
      configurable: true,
      enumerable: true,
      get: () => wrapped,
      set(value: unknown) {
        plain = value;
        wrapped = typeof plain === 'function' ? ours(plain as never) : plain;
      },
    });
  }

  function readMessage(plain: (model: unknown) => unknown) {
    /** What the library makes of it, where that can travel to Node. */
    const asLibrary = (model: unknown): object => {
      try {
        const read = plain(model);
        return typeof read === 'object' && JSON.stringify(read) !== undefined ? (read ?? {}) : {};
      } catch {
        return {};
      }
    };
    return (model: unknown) => ({ ...asLibrary(model), ...kit.message(model) });
  }

  function findChat(plain: (id: string, options?: object) => Promise<unknown>) {
    return async (id: string, options?: { getAsModel?: boolean }): Promise<unknown> => {
      if (options?.getAsModel !== false) return plain(id, options);
      const known = () => kit.find((w.require('WAWebCollections') as { Chat: unknown }).Chat, [id]);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise((done) => {
        timer = setTimeout(done, slowMs);
      });
      const never = new Promise<never>(() => {});
      // One that takes its time may be asking the network for a chat that is not here; one that is here need not be waited for.
      const here = late.then(async () => (await known()) ?? never);
      let failure: unknown;
      const asked = plain(id, options).catch((error: unknown) => {
        failure = error;
      });
      const chat = (await Promise.race([asked, here])) ?? (await known());
      clearTimeout(timer);
      if (!chat && failure !== undefined) throw failure;
      return chat;
    };
  }

  let library: Loose | undefined;
  Object.defineProperty(w, 'WWebJS', {
    configurable: true,
    get: () => library,
    set(value: Loose | undefined) {
      library = value;
      if (typeof value !== 'object' || value === null) return;
      wrap(value, 'getMessageModel', readMessage);
      wrap(value, 'getChat', findChat);
    },
  });
}
