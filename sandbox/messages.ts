import { randomBytes } from 'node:crypto';
import type { Accounts } from './accounts';
import type { Bus } from './events';
import { Failure } from './failure';
import { chatKeyOf, type Mailboxes, statusJid } from './mailboxes';
import type { ChatState, MessageType } from './protocol';
import type { Account, Message, Tables } from './tables';

export type Post = {
  /** E.164 of the sender. */
  from: string;
  /** E.164, a group's address, status@broadcast, or a channel's address. */
  to: string;
  body: string;
  type?: MessageType;
  /** Given by a linked device; the network takes each (sender, id) once. */
  id?: string;
  /** Unix seconds. */
  t?: number;
};

/** An id as Android phones make them: 32 hex digits. Linked devices make shorter ones. */
const phoneMessageId = (): string => `AC${randomBytes(15).toString('hex').toUpperCase()}`;

/** Who gets what, and the ticks: 1 the network has it, 2 one of the other side's phone and devices has it, 3 it was read. */
export function createMessages(
  { tables, accounts, mailboxes, bus }: { tables: Tables; accounts: Accounts; mailboxes: Mailboxes; bus: Bus },
  options: { deliveryMs: number },
) {
  const timers = new Set<NodeJS.Timeout>();

  function audience(from: Account, to: string): Account[] {
    if (to.startsWith('+')) return [...new Set([from, accounts.get(to)])];
    const group = tables.groups.get(to);
    if (group) {
      if (!group.members.includes(from.phone)) throw new Failure('FORBIDDEN', `${from.phone} is not in that group`);
      return group.members.map((member) => accounts.get(member));
    }
    if (to === statusJid) {
      const followers = [...tables.accounts.values()].filter((other) => accounts.savedName(other.phone, from.phone));
      return [...new Set([from, ...followers])];
    }
    if (to.endsWith('@newsletter')) return [...tables.accounts.values()].filter((other) => other.demo);
    throw new Failure('NO_SUCH_CHAT', `there is no chat ${to}`);
  }

  /** Raises the ticks of what others wrote, in the numbers given of `phone`'s mailbox; the senders hear of it afterwards. */
  function raise(phone: string, seqs: Iterable<number>, ack: number, also?: () => void): void {
    const raised: Message[] = [];
    tables.together(() => {
      also?.();
      for (const seq of seqs) {
        const message = mailboxes.at(phone, seq);
        if (!message || message.from === phone || message.ack >= ack) continue;
        // The one record that the mailboxes of all sides point at.
        message.ack = ack;
        tables.put('messages', `${message.from} ${message.id}`, message);
        raised.push(message);
      }
    });
    for (const message of raised) bus.emit({ type: 'ack', phone: message.from, message });
  }

  function* between(after: number, upTo: number): Generator<number> {
    for (let seq = after + 1; seq <= upTo; seq++) yield seq;
  }

  function takeByPhone(phone: string): void {
    const account = accounts.get(phone);
    const last = mailboxes.lastSeq(phone);
    if (!account.online || account.seen >= last) return;
    raise(phone, between(account.seen, last), 2, () => accounts.update(phone, { seen: last }));
    bus.emit({ type: 'account', phone });
  }

  /** A linked device has taken its account's mailbox up to number `seq`. */
  function takeByDevice(deviceId: string, seq: number): void {
    const device = tables.devices.get(deviceId);
    if (!device || device.seen >= seq || seq > mailboxes.lastSeq(device.phone)) return;
    raise(device.phone, between(device.seen, seq), 2, () =>
      tables.put('devices', deviceId, { ...device, seen: seq, lastSeenAt: Date.now() }),
    );
  }

  function later(work: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, options.deliveryMs);
    timers.add(timer);
  }

  /** Stores a message and hands it out. Asked twice with one id, it answers the first message and sends nothing. */
  function post(given: Post): Message {
    const from = accounts.get(given.from);
    const id = given.id ?? phoneMessageId();
    const key = `${from.phone} ${id}`;
    const known = tables.messages.get(key);
    if (known) return known;
    const everybody = audience(from, given.to);
    const message: Message = {
      id,
      from: from.phone,
      to: given.to,
      type: given.type ?? 'chat',
      body: given.body,
      t: given.t ?? Math.floor(Date.now() / 1000),
      ack: given.to === from.phone ? 3 : 1,
    };
    const seqs = tables.together(() => {
      tables.put('messages', key, message);
      return everybody.map((account) => {
        const seq = mailboxes.add(account.phone, key, message);
        const chat = chatKeyOf(message, account.phone);
        const counts = account.phone !== from.phone && chat !== statusJid && !chat.endsWith('@newsletter');
        if (counts) setUnread(account.phone, chat, mailboxes.unread(account.phone, chat) + 1);
        return { phone: account.phone, seq };
      });
    });
    // Written on the phone itself: it is there at once.
    if (given.id === undefined) takeByPhone(from.phone);
    for (const { phone, seq } of seqs) {
      bus.emit({ type: 'mail', phone, seq });
      later(() => takeByPhone(phone));
    }
    return message;
  }

  function setUnread(phone: string, chat: string, count: number): void {
    tables.put('unread', `${phone} ${chat}`, { phone, chat, count });
  }

  /** `phone` has the chat open: unread becomes 0, and in a chat of two the other side gets its blue ticks. */
  function read(phone: string, chat: string): void {
    takeByPhone(phone);
    const had = mailboxes.unread(phone, chat);
    // What has not arrived anywhere yet was not seen.
    const arrived = mailboxes.seqsOf(phone, chat).filter((seq) => (mailboxes.at(phone, seq)?.ack ?? 0) >= 2);
    raise(phone, chat.startsWith('+') ? arrived : [], 3, () => {
      if (had > 0) setUnread(phone, chat, 0);
    });
    if (had > 0) bus.emit({ type: 'unread', phone, chat, count: 0 });
  }

  /** Typing is never stored. */
  function chatState(from: string, chat: string, state: ChatState): void {
    if (chat.startsWith('+') && chat !== from) bus.emit({ type: 'chatState', phone: chat, from, state });
  }

  function setOnline(phone: string, online: boolean): void {
    accounts.update(phone, { online });
    bus.emit({ type: 'account', phone });
    takeByPhone(phone);
  }

  return {
    post,
    read,
    chatState,
    takeByDevice,
    setOnline,
    /** What was on its way to phones that are on when the process ended. */
    deliverPending(): void {
      for (const account of tables.accounts.values()) takeByPhone(account.phone);
    },
    stop(): void {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

export type Messages = ReturnType<typeof createMessages>;
