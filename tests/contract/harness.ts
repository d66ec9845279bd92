import type { ChatId, EngineFactory } from '@/server/whatsapp/engine';

export type Person = { phone: string; name: string };
/** Two that nobody else uses: `own` is linked by the engine, `contact` is saved in its address book under its own name. */
export type People = { own: Person; contact: Person };

/** The world around an engine, as the contract needs it. */
export type Harness = {
  factory: EngineFactory;
  /** A directory that does not exist yet. */
  newProfile: () => string;
  createPeople: () => Promise<People>;
  /** A number that nobody has, and a chat that is well formed. */
  stranger: string;
  anyChat: ChatId;
  scan: (own: Person, qr: string) => Promise<void>;
  typeCode: (own: Person, code: string) => Promise<void>;
  say: (from: Person, to: Person, text: string) => Promise<void>;
  sayKind: (from: Person, to: Person, kind: 'image' | 'voice' | 'unsupported') => Promise<void>;
  /** A message from `secondsAgo`, before the engine is linked. */
  past: (from: Person, to: Person, text: string, secondsAgo: number) => Promise<void>;
  /** What `reader`'s phone has received from `writer`, oldest first. */
  textsFrom: (writer: Person, reader: Person) => Promise<string[]>;
  /** An engine whose messages leave, and whose answers to `send` are longer in coming than any test. */
  neverAnswers: () => Promise<EngineFactory>;
  openChat: (reader: Person, other: Person) => Promise<void>;
  /** Whether all that `from` wrote to `to` was read. */
  isRead: (from: Person, to: Person) => Promise<boolean>;
  setOnline: (person: Person, online: boolean) => Promise<void>;
  unlink: (own: Person) => Promise<void>;
  isLinked: (own: Person) => Promise<boolean>;
  /** SIGKILLs what the engine runs in. */
  kill: (profileDir: string) => Promise<void>;
  processesOn: (profileDir: string) => Promise<number>;
  /** Long enough for something wrong to happen. */
  pause: () => Promise<void>;
  /** Waits for a fact of the outside world. */
  until: (fact: () => Promise<boolean>) => Promise<void>;
  close: () => Promise<void>;
};

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(fact: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await fact()); await sleep(50)) {
    if (Date.now() > end) throw new Error('what was waited for did not happen');
  }
}
