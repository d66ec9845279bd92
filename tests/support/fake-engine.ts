import type {
  Ack,
  ChatId,
  EngineFactory,
  EngineFailure,
  MessageId,
  MessageKind,
  PageChange,
} from '@/server/whatsapp/engine';
import { type Account, chatIdOf, createAccounts } from './fake-accounts';
import { createFakeEngine, type FakeGates, type FakeQrTimes, type FakeScreen } from './fake-generation';

/** A pretend phone with its own number: what a person does on it, and what a test wants to know of it. */
export type FakePhone = {
  phone: string;
  chatId: ChatId;
  /** Scans the QR on some engine's screen: links that engine's profile to this number. False: nobody shows that QR now. */
  scan: (qr: string) => boolean;
  /** Types a pairing code. False: no engine shows that code for this number. */
  code: (code: string) => boolean;
  /** Writes to another number from this phone. It arrives there, and as an own message on this number's engines. */
  say: (to: string, text: string, options?: { kind?: MessageKind; token?: string; sentAt?: Date }) => MessageId;
  /** Puts a message into both histories as if it had been there for long: no event, unread or ack. */
  past: (to: string, text: string, sentAt: Date) => void;
  /** Opens the chat with `other`: `other` sees blue ticks. */
  read: (other: string) => void;
  /** Sets an ack by hand on a message this number sent. Never goes back. */
  ack: (messageId: MessageId, ack: Ack) => void;
  /** Off: what is sent to this phone stays at `sent`. */
  setOnline: (online: boolean) => void;
  logoutFromPhone: () => void;
  crash: (code?: EngineFailure['code'], page?: PageChange) => void;
  goOffline: (code?: EngineFailure['code']) => void;
  account: Account;
};

/** How often each thing happened and what is going on, for assertions such as "one browser was started". */
export type FakeNetwork = {
  factory: EngineFactory;
  phone: (ownNumber: string, name?: string) => FakePhone;
  /** Engines that are started and not stopped, oldest first. */
  running: () => FakeScreen[];
  started: () => number;
  /** Every `send` goes through this first: throw, delay or count. null puts it back. */
  onSend: (gate: ((chat: ChatId, text: string) => Promise<void> | void) | null) => void;
  /** Every `send` goes through this after the message has left: what it awaits is the answer that is still to come. */
  onAnswer: (gate: ((chat: ChatId, text: string) => Promise<void> | void) | null) => void;
  /** Every reading of a chat's past goes through this first. */
  onHistory: (gate: ((chat: ChatId) => Promise<void> | void) | null) => void;
  /** Every number check goes through this first; what it answers with is the spelling under which WhatsApp knows the number. */
  onResolve: (gate: ((phone: string) => Promise<string | void> | string | void) | null) => void;
  /** What every engine's processes hold from now on, bytes. */
  holdMemory: (bytes: number | null) => void;
  /** Same as `onSend` for `start`: a promise that never resolves is a browser that hangs. */
  onStart: (gate: ((profileDir: string) => Promise<void> | void) | null) => void;
  /** The page shows a new QR at once, on every engine that is pairing. */
  rotateQr: () => void;
};

/**
 * A network of pretend phones and the engine factory that talks over it. A link is remembered by profile directory, so a
 * second engine on the same directory is ready without a QR, and what came in between is told after `ready`.
 */
export function createFakeNetwork(options: FakeQrTimes = {}): FakeNetwork {
  const accounts = createAccounts();
  const running = new Set<FakeScreen>();
  const gates: FakeGates = { send: null, answer: null, history: null, resolve: null, memory: null, start: null };
  let started = 0;

  const factory: EngineFactory = ({ profileDir, onEvent }) =>
    createFakeEngine({
      accounts,
      options,
      gates,
      profileDir,
      onEvent,
      onStart: (entry) => {
        started += 1;
        running.add(entry);
      },
      onStop: (entry) => running.delete(entry),
    });

  const enginesOf = (owner: Account) => [...running].filter((entry) => owner.devices.has(entry.profileDir));

  function phone(ownNumber: string, name?: string): FakePhone {
    const account = accounts.account(ownNumber, name);
    return {
      phone: ownNumber,
      chatId: chatIdOf(ownNumber),
      account,
      scan(qr) {
        const screen = [...running].find((entry) => entry.qr === qr);
        screen?.link(ownNumber);
        return screen !== undefined;
      },
      code(code) {
        const screen = [...running].find((entry) => entry.code?.value === code && entry.code.phone === ownNumber);
        screen?.link(ownNumber);
        return screen !== undefined;
      },
      say: (to, text, more) => accounts.write(ownNumber, to, text, more).id,
      past: (to, text, sentAt) => void accounts.write(ownNumber, to, text, { sentAt, silent: true }),
      read: (other) => accounts.read(ownNumber, chatIdOf(other)),
      ack: (messageId, ack) => accounts.setAck(account, messageId, ack),
      setOnline(online) {
        account.online = online;
        if (online) accounts.deliverWaiting(account);
      },
      logoutFromPhone() {
        accounts.tell(account, { type: 'unlinked' });
        account.devices.clear();
      },
      crash(code = 'BROWSER_DIED', page) {
        for (const entry of enginesOf(account)) entry.fail('crashed', { code, detail: 'a test said so', page });
      },
      goOffline(code = 'CONNECTION_LOST') {
        for (const entry of enginesOf(account)) entry.fail('offline', { code, detail: 'a test said so' });
      },
    };
  }

  return {
    factory,
    phone,
    running: () => [...running],
    started: () => started,
    onSend: (gate) => {
      gates.send = gate;
    },
    onAnswer: (gate) => {
      gates.answer = gate;
    },
    onHistory: (gate) => {
      gates.history = gate;
    },
    onResolve: (gate) => {
      gates.resolve = gate;
    },
    holdMemory: (bytes) => {
      gates.memory = bytes;
    },
    onStart: (gate) => {
      gates.start = gate;
    },
    rotateQr: () => {
      for (const entry of running) entry.rotate();
    },
  };
}
