import { randomBytes, randomUUID } from 'node:crypto';
import type {
  Ack,
  ChatId,
  EngineChat,
  EngineFailure,
  EngineMessage,
  MessageId,
  MessageKind,
} from '@/server/whatsapp/engine';

/**
 * A WhatsApp network that lives in this process: accounts by phone number, one stored conversation list each, and the
 * devices (fake engines) linked to them. It knows who may talk to whom and which ack follows which, and nothing of time
 * except the message's own date, so that a test that uses it waits for nothing.
 */
export type Account = {
  phone: string;
  name: string;
  /** Oldest first; the whole history, whether or not a device was linked when it was written. */
  messages: EngineMessage[];
  unread: Map<ChatId, number>;
  devices: Map<string, Device>;
  /** The address book: names by phone. */
  saved: Map<string, string>;
  /** false: what is sent to this phone stays at `sent` until it is on again. */
  online: boolean;
  /** How often a device asked to mark a chat as read: a read receipt that nobody wanted shows here. */
  readReceipts: number;
};

/** A linked profile directory. What happens while no engine runs waits in `missed`. */
export type Device = {
  profileDir: string;
  missed: NetworkEvent[];
  listener: ((event: NetworkEvent) => void) | null;
};

export type NetworkEvent =
  | { type: 'message'; message: EngineMessage }
  | { type: 'ack'; chatId: ChatId; messageId: MessageId; ack: Ack }
  | { type: 'unlinked' }
  | { type: 'failure'; kind: 'crashed' | 'offline'; reason: EngineFailure };

const rank: Record<Ack, number> = {
  failed: -1,
  sent: 1,
  delivered: 2,
  read: 3,
};

export const chatIdOf = (phone: string): ChatId => `${phone.slice(1)}@c.us` as ChatId;
const phoneOf = (chat: ChatId): string => `+${chat.slice(0, chat.indexOf('@'))}`;

export function createAccounts() {
  const accounts = new Map<string, Account>();

  function account(phone: string, name?: string): Account {
    let found = accounts.get(phone);
    if (!found) {
      found = {
        phone,
        name: name ?? `Phone ${phone.slice(-4)}`,
        messages: [],
        unread: new Map(),
        devices: new Map(),
        saved: new Map(),
        online: true,
        readReceipts: 0,
      };
      accounts.set(phone, found);
    }
    if (name) found.name = name;
    return found;
  }

  function tell(owner: Account, event: NetworkEvent, except?: string): void {
    for (const device of owner.devices.values()) {
      if (device.profileDir === except) continue;
      if (device.listener) device.listener(event);
      else device.missed.push(event);
    }
  }

  function setAck(owner: Account, messageId: MessageId, ack: Ack): void {
    const at = owner.messages.findIndex((message) => message.id === messageId);
    const message = owner.messages[at];
    if (!message || message.direction !== 'outbound') return;
    if (message.ack !== null && rank[ack] <= rank[message.ack]) return;
    owner.messages[at] = { ...message, ack };
    tell(owner, { type: 'ack', chatId: message.chatId, messageId, ack });
  }

  function deliverWaiting(receiver: Account): void {
    for (const sender of accounts.values()) {
      for (const message of sender.messages) {
        if (message.direction === 'outbound' && message.ack === 'sent' && message.phone === receiver.phone) {
          setAck(sender, message.id, 'delivered');
        }
      }
    }
  }

  /**
   * Writes one message into both conversations. `by` is the device that sends, which learns the message from its own call
   * and not as an event; without it the owner typed on the phone itself and every device is told.
   */
  function write(
    from: string,
    to: string,
    text: string,
    options: {
      by?: string;
      /** The id's own part; one that this sender used already is that message and no other. */
      token?: string | null;
      kind?: MessageKind;
      sentAt?: Date;
      silent?: boolean;
    } = {},
  ): EngineMessage {
    const sender = account(from);
    const receiver = account(to);
    const key = options.token ?? randomBytes(10).toString('hex').toUpperCase();
    const known = options.token && sender.messages.find((one) => one.direction === 'outbound' && one.token === key);
    if (known) return known;
    const common = {
      token: key,
      chatKind: 'direct' as const,
      kind: options.kind ?? ('text' as const),
      text,
    };
    const sentAt = options.sentAt ?? new Date(Math.floor(Date.now() / 1000) * 1000);
    const outbound: EngineMessage = {
      ...common,
      id: `true_${chatIdOf(to)}_${key}` as MessageId,
      chatId: chatIdOf(to),
      direction: 'outbound',
      sentAt,
      ack: null,
      phone: to,
      pushName: null,
    };
    const inbound: EngineMessage = {
      ...common,
      id: `false_${chatIdOf(from)}_${key}` as MessageId,
      chatId: chatIdOf(from),
      direction: 'inbound',
      sentAt,
      ack: null,
      phone: from,
      pushName: sender.name,
    };
    sender.messages.push(outbound);
    receiver.messages.push(inbound);
    if (options.silent) {
      sender.messages[sender.messages.length - 1] = {
        ...outbound,
        ack: 'read',
      };
      return outbound;
    }
    receiver.unread.set(inbound.chatId, (receiver.unread.get(inbound.chatId) ?? 0) + 1);
    tell(sender, { type: 'message', message: outbound }, options.by);
    tell(receiver, { type: 'message', message: inbound });
    queueMicrotask(() => {
      setAck(sender, outbound.id, 'sent');
      if (receiver.online) setAck(sender, outbound.id, 'delivered');
    });
    return outbound;
  }

  /** The reader opened the chat: its unread count is cleared and the other side sees blue ticks. */
  function read(reader: string, chat: ChatId): void {
    const me = account(reader);
    me.unread.delete(chat);
    const other = accounts.get(phoneOf(chat));
    for (const message of other?.messages ?? []) {
      if (other && message.direction === 'outbound' && message.phone === reader) setAck(other, message.id, 'read');
    }
  }

  function chats(owner: Account): EngineChat[] {
    const newest = new Map<ChatId, EngineMessage>();
    for (const message of owner.messages) newest.set(message.chatId, message);
    return [...newest.values()]
      .map((message) => ({
        id: message.chatId,
        kind: message.chatKind,
        phone: message.phone,
        name: message.phone ? (owner.saved.get(message.phone) ?? accounts.get(message.phone)?.name ?? null) : null,
        unreadCount: owner.unread.get(message.chatId) ?? 0,
        lastMessageAt: message.sentAt,
      }))
      .sort((a, b) => b.lastMessageAt.getTime() - a.lastMessageAt.getTime());
  }

  return {
    account,
    find: (phone: string): Account | null => accounts.get(phone) ?? null,
    all: (): Account[] => [...accounts.values()],
    tell,
    setAck,
    deliverWaiting,
    write,
    read,
    chats,
    newSecret: (): string => `fake,${randomUUID()}`,
  };
}

export type Accounts = ReturnType<typeof createAccounts>;
