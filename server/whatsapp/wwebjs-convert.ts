import type { Ack, EngineChat, EngineEvent, EngineMessage, MessageKind } from './engine';
import { chatIdOf, chatKindOf, chatOfMessageId, isLid, messageIdOf, phoneOf, tokenOf } from './wwebjs-ids';

/** A serialized Msg model of the page: what the library calls `rawData`. Every field may be missing. */
export type RawMessage = {
  id?: unknown;
  type?: unknown;
  body?: unknown;
  caption?: unknown;
  pollName?: unknown;
  eventName?: unknown;
  t?: unknown;
  ack?: unknown;
  from?: unknown;
  to?: unknown;
  notifyName?: unknown;
  isNotification?: unknown;
  mimetype?: unknown;
};

/** One row of the page's chat list, as wwebjs-calls reads it. */
export type RawChat = { id: unknown; name?: unknown; pushname?: unknown; unreadCount?: unknown; t?: unknown };

/** What conversion needs to know beyond the object itself. */
export type ConvertContext = {
  /** The phone behind a hidden number, where it is known. */
  phoneOfLid: (lid: string) => string | null;
};

const kinds: Record<string, MessageKind> = {
  chat: 'text',
  // Other words that WhatsApp has for it.
  text: 'text',
  conversation: 'text',
  extended_text: 'text',
  image: 'image',
  video: 'video',
  gif: 'video',
  ptv: 'video',
  audio: 'audio',
  ptt: 'voice',
  document: 'document',
  sticker: 'sticker',
  location: 'location',
  live_location: 'location',
  vcard: 'contact',
  multi_vcard: 'contact',
  poll_creation: 'poll',
  call_log: 'call',
  // A business's message or an answer by a tap on its button: what a person reads of it is its body.
  hsm: 'text',
  list: 'text',
  list_response: 'text',
  buttons: 'text',
  buttons_response: 'text',
  template_button_reply: 'text',
  interactive: 'text',
};

/**
 * What the page keeps among messages but nobody wrote: encryption notices, group notices, protocol traffic, changes to other
 * messages, and what is not decrypted yet (it comes again, with its real type).
 */
const silent = new Set([
  'album',
  'broadcast_notification',
  'ciphertext',
  'debug',
  'e2e_notification',
  'enc_reaction',
  'gp2',
  'group_notification',
  'keep_in_chat',
  'newsletter_notification',
  'notification',
  'notification_template',
  'pin',
  'pinned_message',
  'poll_update',
  'protocol',
  'reaction',
  'reaction_enc',
  'revoked',
]);

/** For the page, which skips them when it counts a history. */
export const silentTypes = [...silent];

/** Kinds whose `body` is a thumbnail, a card or nothing that a person wrote: only the caption is text. */
const captioned = new Set<MessageKind>(['image', 'video', 'audio', 'voice', 'document', 'sticker']);

const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const nameOf = (value: unknown): string | null => stringOf(value).trim() || null;
const dateOf = (seconds: unknown): Date | null =>
  typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? new Date(seconds * 1000) : null;

function textOf(raw: RawMessage, kind: MessageKind): string {
  if (captioned.has(kind)) return stringOf(raw.caption);
  switch (kind) {
    case 'text':
      return stringOf(raw.body) || stringOf(raw.caption);
    case 'poll':
      return stringOf(raw.pollName) || stringOf(raw.body);
    case 'location':
    case 'contact':
    case 'call':
      return '';
    default:
      return stringOf(raw.caption) || stringOf(raw.eventName) || writtenIn(raw);
  }
}

/** What a person wrote in a message of a kind that nobody knows: not a thumbnail, nor anything of a file. */
function writtenIn(raw: RawMessage): string {
  const body = stringOf(raw.body);
  return raw.mimetype !== undefined || /^[A-Za-z0-9+/]{100,}={0,2}$/.test(body) ? '' : body;
}

/** -1 failed, 1 sent, 2 delivered, 3 read, 4 played (read and heard); 0 is waiting, which is no ack yet. */
export function ackOf(value: unknown): Ack | null {
  const ack = typeof value === 'string' ? Number(value) : value;
  switch (ack) {
    case -1:
      return 'failed';
    case 1:
      return 'sent';
    case 2:
      return 'delivered';
    case 3:
    case 4:
      return 'read';
    default:
      return null;
  }
}

const isFromMe = (raw: RawMessage, id: string): boolean =>
  typeof raw.id === 'object' && raw.id !== null && 'fromMe' in raw.id && typeof raw.id.fromMe === 'boolean'
    ? raw.id.fromMe
    : id.startsWith('true_');

/** The chat that a message belongs to; null when the object does not say. */
function chatOf(raw: RawMessage, id: string, fromMe: boolean): ReturnType<typeof chatIdOf> {
  const key = typeof raw.id === 'object' && raw.id !== null && 'remote' in raw.id ? raw.id.remote : null;
  return chatIdOf(key) ?? chatOfMessageId(id) ?? chatIdOf(fromMe ? raw.to : raw.from);
}

/** null for what nobody wrote (see `silent`), and for an object without an id, a chat or a date. */
export function toMessage(raw: RawMessage, context: ConvertContext): EngineMessage | null {
  const type = stringOf(raw.type);
  if (silent.has(type) || raw.isNotification === true) return null;
  const id = messageIdOf(raw.id);
  const sentAt = dateOf(raw.t);
  if (!id || !sentAt) return null;
  const fromMe = isFromMe(raw, id);
  const chatId = chatOf(raw, id, fromMe);
  if (!chatId) return null;
  // A text is what a message is that does not say.
  const kind = kinds[type] ?? (type === '' && writtenIn(raw) ? 'text' : 'unsupported');
  const chatKind = chatKindOf(chatId);
  return {
    id,
    token: tokenOf(raw.id),
    chatId,
    chatKind,
    direction: fromMe ? 'outbound' : 'inbound',
    kind,
    text: textOf(raw, kind),
    sentAt,
    ack: fromMe ? ackOf(raw.ack) : null,
    phone: chatKind !== 'direct' ? null : isLid(chatId) ? context.phoneOfLid(chatId) : phoneOf(chatId),
    pushName: fromMe ? null : nameOf(raw.notifyName),
  };
}

/** null for what is no ack of a message of ours. `value`: what was told with it; where that is none, the message itself has it. */
export function toAck(raw: RawMessage, value: unknown): Extract<EngineEvent, { type: 'ack' }> | null {
  const messageId = messageIdOf(raw.id);
  const ack = typeof value === 'number' ? ackOf(value) : (ackOf(value) ?? ackOf(raw.ack));
  if (!messageId || !ack || !isFromMe(raw, messageId)) return null;
  const chatId = chatOf(raw, messageId, true);
  return chatId ? { type: 'ack', chatId, messageId, ack } : null;
}

/** A title that is only the number again is no name. */
const isNumber = (name: string): boolean => /^[+\d\s().\u00a0\u202a-\u202e-]+$/.test(name);

/** A name that is there and says more than the number; null: none. */
export const toName = (value: unknown): string | null => {
  const name = nameOf(value);
  return name !== null && !isNumber(name) ? name : null;
};

/** null for a row without an id. */
export function toChat(raw: RawChat, context: ConvertContext): EngineChat | null {
  const id = chatIdOf(raw.id);
  if (!id) return null;
  const kind = chatKindOf(id);
  return {
    id,
    kind,
    phone: kind !== 'direct' ? null : isLid(id) ? context.phoneOfLid(id) : phoneOf(id),
    name: toName(raw.name) ?? toName(raw.pushname),
    // -1 is "marked as unread by hand": there is nothing to count.
    unreadCount: typeof raw.unreadCount === 'number' ? Math.max(0, raw.unreadCount) : 0,
    lastMessageAt: dateOf(raw.t),
  };
}
