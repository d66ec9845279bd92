import { dayKey } from '@/app/_lib/format';
import type { Unsent } from '@/app/_lib/outbox';
import type { Message } from '@/server/chats/schema';

/** One line of a thread: a message and what stands above it. Headings belong to a row, so the row keeps its place as others come. */
export type ThreadRow = {
  /** The same before and after the server knows the message. */
  key: string;
  message: Message;
  /** It has not reached the server yet. */
  unsent: Unsent | null;
  /** The first of its day. */
  day: Date | null;
  /** The line above the first unread one, with how many there were. */
  unread: number | null;
  /** Continues the one above: same side, same day, within five minutes. */
  joined: boolean;
};

const JOIN_MS = 5 * 60_000;

function asMessage({ clientKey, chatId, text, at, state }: Unsent): Message {
  return {
    id: clientKey,
    chatId,
    direction: 'outbound',
    kind: 'text',
    text,
    status: state === 'failed' ? 'failed' : 'queued',
    errorCode: null,
    clientKey,
    at,
    // After everything that the server knows.
    position: Number.MAX_SAFE_INTEGER,
    sentAt: null,
    deliveredAt: null,
    readAt: null,
  };
}

export type UnreadMark = { messageId: string; count: number };

/** Where the unread ones begin: at the `count`-th inbound message from the end; null when that is not loaded. */
export function unreadMark(messages: readonly Message[], count: number): UnreadMark | null {
  if (count <= 0) return null;
  const inbound = messages.filter(({ direction }) => direction === 'inbound');
  const first = inbound.at(-Math.min(count, inbound.length));
  return first === undefined ? null : { messageId: first.id, count };
}

export function threadRows(
  messages: readonly Message[],
  unsent: readonly Unsent[],
  mark: UnreadMark | null,
): ThreadRow[] {
  const stored = new Set(messages.flatMap(({ clientKey }) => clientKey ?? []));
  const waiting = unsent.filter(({ clientKey }) => !stored.has(clientKey));
  const all = [
    ...messages.map((message) => ({ message, unsent: null })),
    ...waiting.map((entry) => ({ message: asMessage(entry), unsent: entry })),
  ];
  return all.map(({ message, unsent: entry }, index) => {
    const before = all[index - 1]?.message;
    const newDay = before === undefined || dayKey(before.at) !== dayKey(message.at);
    const unread = mark?.messageId === message.id ? mark.count : null;
    return {
      key: message.clientKey ?? message.id,
      message,
      unsent: entry,
      day: newDay ? message.at : null,
      unread,
      joined:
        !newDay &&
        unread === null &&
        before.direction === message.direction &&
        message.at.getTime() - before.at.getTime() < JOIN_MS,
    };
  });
}
