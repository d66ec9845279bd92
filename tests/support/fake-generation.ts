import { randomBytes } from 'node:crypto';
import {
  type ChatId,
  type Engine,
  EngineError,
  type EngineEvent,
  type EngineFailure,
  type EngineState,
} from '@/server/whatsapp/engine';
import { type Account, type Accounts, chatIdOf, type NetworkEvent } from './fake-accounts';

export type FakeQrTimes = {
  /** How long the first QR is valid, in ms, and each one after it. WhatsApp's own figures by default. */
  firstQrMs?: number;
  nextQrMs?: number;
  /** The page stops showing codes after this many, as the real one does: offline, PAIRING_IDLE. */
  maxQrs?: number;
  /** false: this page does not let a message choose its id. */
  reservesIds?: boolean;
};

/** What a test sees of one started engine: its screen, and the ways to disturb it. */
export type FakeScreen = {
  profileDir: string;
  qr: string | null;
  code: { phone: string; value: string } | null;
  link: (phone: string) => void;
  fail: (kind: 'crashed' | 'offline', reason: EngineFailure) => void;
  rotate: () => void;
};

export type FakeGates = {
  send: ((chat: ChatId, text: string) => Promise<void> | void) | null;
  answer: ((chat: ChatId, text: string) => Promise<void> | void) | null;
  history: ((chat: ChatId) => Promise<void> | void) | null;
  resolve: ((phone: string) => Promise<string | void> | string | void) | null;
  /** What `memory()` answers, bytes. */
  memory: number | null;
  start: ((profileDir: string) => Promise<void> | void) | null;
};

/** One generation of the in-memory engine; made by `createFakeNetwork().factory`. */
export function createFakeEngine(deps: {
  accounts: Accounts;
  options: FakeQrTimes;
  gates: FakeGates;
  profileDir: string;
  onEvent: (event: EngineEvent) => void;
  onStart: (entry: FakeScreen) => void;
  onStop: (entry: FakeScreen) => void;
}): Engine {
  const { accounts, options, gates, profileDir } = deps;
  let account: Account | null = null;
  let phase: 'new' | 'running' | 'stopped' = 'new';
  let ready = false;
  let shown = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  let tellEnd = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    tellEnd = resolve;
  });

  const entry: FakeScreen = {
    profileDir,
    qr: null,
    code: null,
    link: (phone) => {
      accounts.account(phone).devices.set(profileDir, { profileDir, missed: [], listener: null });
      connect(accounts.account(phone));
    },
    fail: (kind, reason) => fail(kind, reason),
    rotate: () => {
      if (entry.qr) showQr();
    },
  };

  const say = (event: EngineEvent) => {
    if (phase === 'running') deps.onEvent(event);
  };
  const state = (next: EngineState) => say({ type: 'state', state: next });

  function showQr(): void {
    clearTimeout(timer);
    if (shown >= (options.maxQrs ?? 6)) {
      entry.qr = null;
      state({
        kind: 'offline',
        reason: {
          code: 'PAIRING_IDLE',
          detail: 'the page stopped showing codes',
        },
      });
      return;
    }
    const validMs = shown === 0 ? (options.firstQrMs ?? 60_000) : (options.nextQrMs ?? 20_000);
    shown += 1;
    entry.qr = accounts.newSecret();
    entry.code = null;
    timer = setTimeout(showQr, validMs);
    timer.unref();
    state({
      kind: 'pairing',
      method: 'qr',
      data: entry.qr,
      expiresAt: new Date(Date.now() + validMs),
    });
  }

  function onNetwork(event: NetworkEvent): void {
    switch (event.type) {
      case 'message':
      case 'ack':
        say(event);
        return;
      case 'unlinked':
        state({ kind: 'logged_out', reason: 'LOGOUT' });
        end();
        return;
      case 'failure':
        fail(event.kind, event.reason);
        return;
      default:
        event satisfies never;
    }
  }

  const listen = (event: NetworkEvent) => queueMicrotask(() => onNetwork(event));

  function connect(owner: Account): void {
    clearTimeout(timer);
    account = owner;
    entry.qr = null;
    entry.code = null;
    state({ kind: 'syncing', percent: null });
    queueMicrotask(() => {
      const device = owner.devices.get(profileDir);
      if (phase !== 'running' || !device) return;
      ready = true;
      state({ kind: 'ready', phone: owner.phone, name: owner.name, platform: 'android' });
      for (const event of device.missed.splice(0)) onNetwork(event);
      device.listener = listen;
    });
  }

  function detach(): void {
    tellEnd();
    clearTimeout(timer);
    ready = false;
    entry.qr = null;
    entry.code = null;
    const device = account?.devices.get(profileDir);
    // a later engine on this profile may have it by now
    if (device?.listener === listen) device.listener = null;
  }

  function end(): void {
    detach();
    phase = 'stopped';
    deps.onStop(entry);
  }

  function fail(kind: 'crashed' | 'offline', reason: EngineFailure): void {
    detach();
    state({ kind, reason });
  }

  function owner(): Account {
    if (!account || !ready) throw new EngineError('NOT_READY', 'no', 'The engine is not ready.');
    return account;
  }

  return {
    async start() {
      if (phase !== 'new') return;
      phase = 'running';
      deps.onStart(entry);
      state({ kind: 'starting' });
      await gates.start?.(profileDir);
      if (phase !== 'running') return;
      const linked = accounts.all().find((candidate) => candidate.devices.has(profileDir));
      if (linked) connect(linked);
      else showQr();
    },
    async stop() {
      if (phase !== 'stopped') end();
    },
    async logout() {
      const unlinked = ready && account !== null;
      if (unlinked) account?.devices.delete(profileDir);
      if (phase !== 'stopped') end();
      return { unlinked };
    },
    reserveId: () => (options.reservesIds === false ? null : `3EB0${randomBytes(9).toString('hex').toUpperCase()}`),
    async send(chat, content, more) {
      const me = owner();
      await gates.send?.(chat, content.text);
      owner();
      const to = `+${chat.slice(0, chat.indexOf('@'))}`;
      if (!accounts.find(to)) throw new EngineError('CHAT_NOT_FOUND', 'no', 'Nobody has this number.');
      const token = options.reservesIds === false ? null : (more?.token ?? null);
      const sent = accounts.write(me.phone, to, content.text, { by: profileDir, token });
      if (!gates.answer) return sent;
      const lost = new EngineError('UNKNOWN', 'unknown', 'The engine ended before it had an answer.');
      const answered = await Promise.race([gates.answer(chat, content.text), ended.then(() => lost)]);
      if (answered) throw answered;
      return sent;
    },
    async resolve(asked) {
      const phone = (await gates.resolve?.(asked)) ?? asked;
      owner();
      return accounts.find(phone) ? { chatId: chatIdOf(phone), phone } : null;
    },
    async chats(limit) {
      return accounts.chats(owner()).slice(0, limit);
    },
    async savedName(chat) {
      return owner().saved.get(`+${chat.slice(0, chat.indexOf('@'))}`) ?? null;
    },
    async history(chat, limit, before) {
      await gates.history?.(chat);
      const all = owner().messages.filter((message) => message.chatId === chat);
      const end = before ? all.findIndex((message) => message.id === before) : all.length;
      return end < 0 ? [] : all.slice(Math.max(0, end - limit), end);
    },
    async markRead(chat) {
      const me = owner();
      me.readReceipts += 1;
      accounts.read(me.phone, chat);
    },
    memory: async () => gates.memory,
    async pairWithCode(phone) {
      if (phase !== 'running' || ready || account)
        throw new EngineError('NOT_READY', 'no', 'The engine is not pairing.');
      clearTimeout(timer);
      entry.qr = null;
      entry.code = {
        phone,
        value: accounts.newSecret().slice(5, 13).toUpperCase(),
      };
      const expiresAt = new Date(Date.now() + 195_000);
      state({
        kind: 'pairing',
        method: 'code',
        data: entry.code.value,
        expiresAt,
      });
    },
  };
}
