import type { ChatId, ChatKind, MessageId } from './engine';

/**
 * WhatsApp's ids reach us in several shapes: a string, a Wid (`{user, server, _serialized}`), or a MsgKey
 * (`{fromMe, remote, id, _serialized}`) whose text went by a minified name (`$1`) from page version 2.3000.1042401057 on.
 * Everything that leaves the adapter is the one text that the page itself returns from `toString()`.
 */

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** The text of a Wid or MsgKey in any of its shapes; null when there is none to be had. */
export function idText(value: unknown): string | null {
  if (!isFields(value)) return textOf(value);
  const named = textOf(value._serialized) ?? textOf(value.$1);
  if (named) return named;
  const { user, server, remote, id, fromMe } = value;
  if (typeof user === 'string' && typeof server === 'string') return `${user}@${server}`;
  // The property may be renamed again: a key's own text is the only one of this form.
  const renamed = Object.values(value).find((field) => typeof field === 'string' && /^(true|false)_[^_]+@/.test(field));
  if (typeof renamed === 'string') return renamed;
  const chat = idText(remote);
  if (chat && typeof id === 'string' && typeof fromMe === 'boolean') {
    const author = idText(value.participant);
    return `${fromMe}_${chat}_${id}${author ? `_${author}` : ''}`;
  }
  const own = value.toString === Object.prototype.toString ? null : textOf(String(value));
  return own?.startsWith('[object') ? null : own;
}

/** A chat's id without a device part (`34600:12@c.us`) and with the page's own spelling of the server. */
export function chatIdOf(value: unknown): ChatId | null {
  const text = idText(value);
  if (!text?.includes('@')) return null;
  return text.replace(/:\d+@/, '@').replace('@s.whatsapp.net', '@c.us') as ChatId;
}

export function messageIdOf(value: unknown): MessageId | null {
  return idText(value) as MessageId | null;
}

/** The chat inside a message's id: `true_<chat>_<key>`, or `false_<chat>_<key>_<author>` in groups. */
export function chatOfMessageId(id: string): ChatId | null {
  return chatIdOf(id.split('_')[1]);
}

/** The part of a message's id that its sender chose, which no chat's spelling touches; null: this object does not show it. */
export function tokenOf(value: unknown): string | null {
  const own = isFields(value) ? textOf(value.id) : null;
  return own ?? textOf(idText(value)?.split('_')[2]);
}

/** Which kind of conversation a chat's id names. What is none of the others is one person. */
export function chatKindOf(chat: string): ChatKind {
  if (chat === 'status@broadcast') return 'status';
  if (chat.endsWith('@g.us')) return 'group';
  if (chat.endsWith('@newsletter')) return 'channel';
  if (chat.endsWith('@broadcast')) return 'broadcast';
  return 'direct';
}

export const isLid = (chat: string): boolean => chat.endsWith('@lid');

/** E.164 with `+`; null for a hidden number (@lid), a group, or WhatsApp's own accounts (`0@c.us`). */
export function phoneOf(value: unknown): string | null {
  const digits = chatIdOf(value)?.match(/^(\d{5,20})@c\.us$/)?.[1];
  return digits ? `+${digits}` : null;
}

/** E.164 with `+` to what the page wants: digits alone. */
export const digitsOf = (phone: string): string => phone.replace(/\D/g, '');
