import { wordsOfCode } from '@/server/channels/provider-words';
import type { MessageRow } from '@/server/chats/dto';
import { messageKind } from '@/server/chats/schema';
import type { Locale } from '@/server/errors';
import { type Message, message } from './schema';

const variables = message.shape.variables.catch(null);

/** A row as the contract's Message, with its words in the language of whoever reads it. */
export function toMessage(row: MessageRow, locale: Locale): Message {
  return {
    id: row.id,
    userId: row.ownerId,
    clientId: row.clientId,
    orderId: row.orderId,
    channel: row.channel,
    direction: row.direction,
    provider: row.provider,
    providerMessageId: row.engineMessageId,
    kind: messageKind.catch('unsupported').parse(row.kind),
    text: row.text,
    subject: row.subject,
    templateType: row.templateType,
    variables: variables.parse(row.variables),
    status: row.status,
    errorCode: row.errorCode,
    errorMessage: row.errorCode === null ? null : wordsOfCode(row.errorCode, locale),
    // what came from WhatsApp was made when it says, what was written here when it was written
    createdAt: row.direction === 'outbound' && row.clientKey !== null ? row.createdAt : row.at,
    sentAt: row.sentAt,
    deliveredAt: row.deliveredAt,
    readAt: row.readAt,
  };
}
