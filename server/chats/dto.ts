import type { Prisma } from '@/server/generated/prisma/client';
import { type Chat, type Message, messageErrorCode, messageKind } from './schema';

/** As Prisma gives it, or as server/sql.ts does (there a bigint is a string). */
export type MessageRow = Omit<Prisma.MessageGetPayload<object>, 'position'> & { position: bigint | string };
export type ChatRow = Prisma.ChatGetPayload<object>;

/** The one place where a row becomes what callers see. */
export function toMessage(row: MessageRow): Message {
  return {
    id: row.id,
    chatId: row.chatId,
    provider: row.provider,
    clientId: row.clientId,
    direction: row.direction,
    kind: messageKind.catch('unsupported').parse(row.kind),
    text: row.text,
    status: row.status,
    errorCode: row.errorCode === null ? null : messageErrorCode.catch('UNKNOWN').parse(row.errorCode),
    errorMessage: row.errorMessage,
    // one that the provider took once may have arrived, whatever it said of it later
    retryable: row.direction === 'outbound' && row.status === 'failed' && row.engineMessageId === null,
    clientKey: row.clientKey,
    at: row.at,
    position: Number(row.position),
    sentAt: row.sentAt,
    deliveredAt: row.deliveredAt,
    readAt: row.readAt,
  };
}

/** `newest`: the chat's newest message, where there is one. */
export function toChat(row: ChatRow, newest: MessageRow | undefined): Chat {
  return {
    id: row.id,
    ownNumber: row.ownNumber,
    phone: row.phone,
    name: row.name,
    unread: row.unread,
    lastMessageAt: row.lastMessageAt,
    lastMessage: newest ? toMessage(newest) : null,
  };
}
