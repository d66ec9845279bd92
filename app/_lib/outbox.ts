/**
 * What was written here and has not reached the server yet. Every text is in storage before it is tried, under the id that makes
 * it one message however often it is tried (`clientKey`), so a closed tab, a lost connection and a second try lose and double
 * nothing. One at a time per chat, so order holds; the box above never waits for it.
 */
export type Unsent = {
  clientKey: string;
  chatId: string;
  text: string;
  at: Date;
  /** `waiting`: the server was not reached, it is tried again by itself. `failed`: the server said no, `error` says why. */
  state: 'sending' | 'waiting' | 'failed';
  error: string | null;
};

export type Attempt = { outcome: 'stored' } | { outcome: 'unreachable' } | { outcome: 'refused'; error: string | null };

type OutboxOptions = {
  load: () => Unsent[];
  save: (entry: Unsent) => void;
  remove: (clientKey: string) => void;
  send: (entry: Unsent) => Promise<Attempt>;
  /** Milliseconds until what waits is tried again. */
  retryMs?: number;
};

export function createOutbox({ load, save, remove, send, retryMs = 4_000 }: OutboxOptions) {
  let entries: readonly Unsent[] = load().map((entry) =>
    entry.state === 'failed' ? entry : { ...entry, state: 'waiting' },
  );
  const listeners = new Set<() => void>();
  const busy = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let stopped = true;

  function change(next: readonly Unsent[]) {
    entries = next;
    for (const listener of listeners) listener();
  }

  function update(clientKey: string, more: Partial<Unsent>) {
    change(
      entries.map((entry) => {
        if (entry.clientKey !== clientKey) return entry;
        const next = { ...entry, ...more };
        save(next);
        return next;
      }),
    );
  }

  function settle(clientKey: string) {
    if (!entries.some((entry) => entry.clientKey === clientKey)) return;
    remove(clientKey);
    change(entries.filter((entry) => entry.clientKey !== clientKey));
  }

  async function flush(chatId: string): Promise<void> {
    if (busy.has(chatId) || stopped) return;
    busy.add(chatId);
    try {
      for (;;) {
        const next = entries.find((entry) => entry.chatId === chatId && entry.state !== 'failed');
        if (next === undefined || stopped) return;
        update(next.clientKey, { state: 'sending', error: null });
        const attempt = await send(next);
        if (attempt.outcome === 'stored') settle(next.clientKey);
        else if (attempt.outcome === 'refused') update(next.clientKey, { state: 'failed', error: attempt.error });
        else return wait(chatId);
      }
    } finally {
      busy.delete(chatId);
    }
  }

  function wait(chatId: string) {
    for (const entry of entries) {
      if (entry.chatId === chatId && entry.state === 'sending') update(entry.clientKey, { state: 'waiting' });
    }
    if (!stopped) timer ??= setTimeout(wake, retryMs);
  }

  function wake() {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    for (const chatId of new Set(entries.map((entry) => entry.chatId))) void flush(chatId);
  }

  return {
    get: () => entries,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    add(entry: Pick<Unsent, 'clientKey' | 'chatId' | 'text' | 'at'>) {
      const unsent: Unsent = { ...entry, state: 'sending', error: null };
      save(unsent);
      change([...entries, unsent]);
      void flush(entry.chatId);
    },
    retry(clientKey: string) {
      update(clientKey, { state: 'waiting', error: null });
      wake();
    },
    /** The server has it (an event said so), or the person threw it away. */
    settle,
    /** Tries what waits at once: the connection is back. */
    wake,
    start() {
      stopped = false;
      wake();
    },
    stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}

export type Outbox = ReturnType<typeof createOutbox>;
