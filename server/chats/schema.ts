import { z } from 'zod';
import { provider } from '@/server/channels/schema';
import { storable } from '@/server/text/schema';

export const messageKind = z.enum([
  'text',
  'image',
  'video',
  'audio',
  'voice',
  'document',
  'sticker',
  'location',
  'contact',
  'poll',
  'call',
  'unsupported',
]);

export const messageStatus = z.enum(['queued', 'sent', 'delivered', 'read', 'received', 'failed']);
export type MessageStatus = z.infer<typeof messageStatus>;

/** Why a message failed, or (SEND_UNCONFIRMED, still `queued`) why nobody can say whether it left. Words under `chat.error` in i18n. */
export const messageErrorCode = z.enum([
  'SEND_UNCONFIRMED',
  'NUMBER_NOT_ON_WHATSAPP',
  'CHAT_NOT_FOUND',
  'WHATSAPP_REFUSED',
  'WHATSAPP_UNLINKED',
  'UNKNOWN',
]);
export type MessageErrorCode = z.infer<typeof messageErrorCode>;

export const message = z.object({
  id: z.string(),
  /** null: to somebody with whom the owner has no chat, by Twilio or e-mail. */
  chatId: z.string().nullable(),
  /** Who takes or took it; null: not chosen yet. Log lines from before there were several have none. */
  provider: provider.nullish(),
  clientId: z.string().nullish(),
  direction: z.enum(['inbound', 'outbound']),
  kind: messageKind,
  text: z.string(),
  status: messageStatus,
  errorCode: messageErrorCode.nullable(),
  /** In words, where the code alone does not say it all: a provider's own reason. */
  errorMessage: z.string().nullish(),
  /** Whether it can be sent again: it failed, and certainly did not leave. Log lines from before this was said have none. */
  retryable: z.boolean().optional(),
  /** The composer's own id, for the row that it wrote itself; null on everything else. */
  clientKey: z.string().nullable(),
  /** Order within the chat: by WhatsApp's time (ours until it has one), then by position. */
  at: z.coerce.date(),
  position: z.number().int(),
  sentAt: z.coerce.date().nullable(),
  deliveredAt: z.coerce.date().nullable(),
  readAt: z.coerce.date().nullable(),
});
export type Message = z.infer<typeof message>;

export const chat = z.object({
  id: z.string(),
  /** The owner's number that this conversation belongs to, E.164. */
  ownNumber: z.string(),
  /** E.164; null: a hidden number, shown as such. */
  phone: z.string().nullable(),
  name: z.string().nullable(),
  unread: z.number().int(),
  lastMessageAt: z.coerce.date().nullable(),
  lastMessage: message
    .pick({ id: true, direction: true, kind: true, text: true, status: true, errorCode: true })
    .nullable(),
});
export type Chat = z.infer<typeof chat>;

const id = z.uuid();
const cursor = z.string().max(200);

export const listChatsInput = z.object({
  cursor: cursor.optional(),
  limit: z.number().int().min(1).max(100).default(30),
  /** Matches the name and the digits of the phone. */
  search: storable(z.string().trim().max(80)).optional(),
  unreadOnly: z.boolean().default(false),
});

export const chatInput = z.object({ chatId: id });

export const listMessagesInput = z.object({
  chatId: id,
  /** Older than this cursor; without it, the newest page. */
  cursor: cursor.optional(),
  limit: z.number().int().min(1).max(100).default(40),
});

export const MAX_TEXT_LENGTH = 4096;
const text = storable(z.string().max(MAX_TEXT_LENGTH)).refine((value) => value.trim().length > 0, {
  params: { empty: true },
});

export const sendInput = z.object({ chatId: id, text, clientKey: z.uuid() });
export const startChatInput = z.object({ phone: z.string().trim().min(1).max(40) });
export const retryInput = z.object({ messageId: id });
/** `upToMessageId`: the newest message that the person had on screen. */
export const markReadInput = z.object({ chatId: id, upToMessageId: id });
