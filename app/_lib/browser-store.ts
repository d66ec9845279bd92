import { z } from 'zod';
import type { Unsent } from '@/app/_lib/outbox';

/**
 * What this browser keeps for a person: drafts and unsent texts, under their own id so that two accounts on one computer never
 * see each other's. Storage may be full or forbidden: then things live as long as the page.
 */
const stored = z.object({
  clientKey: z.uuid(),
  chatId: z.string(),
  text: z.string(),
  at: z.coerce.date(),
  state: z.enum(['sending', 'waiting', 'failed']),
  error: z.string().nullable(),
});

function attempt<Value>(read: () => Value, otherwise: Value): Value {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

export function readText(key: string): string | null {
  return attempt(() => window.localStorage.getItem(key), null);
}

export function writeText(key: string, value: string | null): void {
  attempt(
    () => (value === null ? window.localStorage.removeItem(key) : window.localStorage.setItem(key, value)),
    undefined,
  );
}

export function createUnsentStore(ownerId: string) {
  const prefix = `omniwp:${ownerId}:unsent:`;
  return {
    load(): Unsent[] {
      const keys = attempt(() => Object.keys(window.localStorage), []).filter((key) => key.startsWith(prefix));
      return keys
        .flatMap((key) => {
          const parsed = attempt(() => stored.safeParse(JSON.parse(readText(key) ?? '')), null);
          return parsed?.success ? [parsed.data] : [];
        })
        .toSorted((a, b) => a.at.getTime() - b.at.getTime());
    },
    save: (entry: Unsent) => writeText(prefix + entry.clientKey, JSON.stringify(entry)),
    remove: (clientKey: string) => writeText(prefix + clientKey, null),
  };
}

/** The text that a person began in each chat: kept at every keystroke, gone when it was sent. */
export function createDrafts(ownerId: string) {
  const prefix = `omniwp:${ownerId}:draft:`;
  const known = new Map<string, string>();
  const listeners = new Set<() => void>();
  return {
    get(chatId: string): string {
      const draft = known.get(chatId) ?? readText(prefix + chatId) ?? '';
      known.set(chatId, draft);
      return draft;
    },
    set(chatId: string, text: string) {
      known.set(chatId, text);
      writeText(prefix + chatId, text === '' ? null : text);
      for (const listener of listeners) listener();
    },
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

export type Drafts = ReturnType<typeof createDrafts>;
