import { z } from 'zod';
import { channel, provider } from '@/server/channels/schema';
import { messageKind, messageStatus } from '@/server/chats/schema';
import { client, clientBrief } from '@/server/clients/schema';
import { opaqueId } from '@/server/ids/schema';
import { order } from '@/server/orders/schema';
import { language, template, templateId, templateType, variables } from '@/server/templates/schema';
import { storable } from '@/server/text/schema';

export const direction = z.enum(['inbound', 'outbound']);

/** A message as the contract has it, over whatever channel; the chat page's own shape is in chats/schema.ts. */
export const message = z.object({
  id: z.string(),
  userId: z.string(),
  clientId: z.string().nullable(),
  orderId: z.string().nullable(),
  channel,
  direction,
  /** null: chosen when it is sent. */
  provider: provider.nullable(),
  providerMessageId: z.string().nullable(),
  /** text, image, video, audio, document, sticker, location, contact, call, …: what is no text is told as its kind, and `text` is its caption. */
  kind: messageKind,
  text: z.string(),
  subject: z.string().nullable(),
  templateType: z.string().nullable(),
  variables: z.record(z.string(), z.string()).nullable(),
  status: messageStatus,
  errorCode: z.string().nullable(),
  errorMessage: z.string().nullable(),
  createdAt: z.coerce.date(),
  sentAt: z.coerce.date().nullable(),
  deliveredAt: z.coerce.date().nullable(),
  readAt: z.coerce.date().nullable(),
});
export type Message = z.infer<typeof message>;

/** When it is to be sent, with whom it is to or from, and about which order. */
export const joinedMessage = message.extend({
  scheduledAt: z.coerce.date().nullable(),
  client: clientBrief.extend({ email: z.string().nullable() }).nullable(),
  order: order.pick({ id: true, description: true, status: true }).nullable(),
});
export type JoinedMessage = z.infer<typeof joinedMessage>;

/** One provider's attempt at a message. */
export const attempt = z.object({
  provider,
  at: z.coerce.date(),
  endedAt: z.coerce.date().nullable(),
  /** `started`: under way. `not_left`: it certainly did not leave. `unconfirmed`: nobody can say whether it left. */
  outcome: z.enum(['started', 'taken', 'not_left', 'unconfirmed', 'refused']),
  /** The provider's own code, or ours. */
  code: z.string().nullable(),
  /** Why this provider was chosen. */
  why: z.string().nullable(),
});

/** One message, and how it went. */
export const toldMessage = joinedMessage.extend({
  /** Why the provider was chosen: CONNECTED, COMING_BACK, NOT_CONNECTED, DID_NOT_LEAVE, ASKED_FOR, EMAIL. */
  providerReason: z.string().nullable(),
  attempts: z.array(attempt),
});
export type ToldMessage = z.infer<typeof toldMessage>;

const text = storable(z.string().max(4096)).refine((value) => value.trim() !== '', { params: { empty: true } });

const composing = {
  clientId: opaqueId,
  orderId: opaqueId.optional(),
  /** At most one of the three; without any, the template `confirmacion`. */
  templateType: templateType.optional(),
  templateId: templateId.optional(),
  text: text.optional(),
  variables: variables.optional(),
  /** The owner's unless it is given. */
  language: language.optional(),
};

const WORDINGS = ['text', 'templateType', 'templateId'] as const;

/** Of several, the first is the field at fault. */
function atMostOne(input: { [Name in (typeof WORDINGS)[number]]?: unknown }, context: z.RefinementCtx): void {
  const [given = '', ...more] = WORDINGS.filter((name) => input[name] !== undefined);
  if (more.length > 0) context.addIssue({ code: 'custom', path: [given], params: { oneOf: WORDINGS } });
}

export const previewInput = z.object(composing).superRefine(atMostOne);
export const preview = z.object({
  success: z.literal(true),
  message: z.string(),
  client,
  order: order.nullable(),
});

export const MAX_SUBJECT_LENGTH = 200;

/** Header lines end where a line does, so a subject is one line. */
const subject = storable(
  z
    .string()
    .trim()
    .max(MAX_SUBJECT_LENGTH)
    .regex(/^[^\r\n]*$/),
);

export const sendMessageInput = z
  .object({
    ...composing,
    channel: channel.default('whatsapp'),
    /** E-mails only, and needed there. */
    subject: subject.optional(),
    scheduledAt: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('Not before this moment: ISO 8601 with an offset, at most 366 days ahead.'),
  })
  .superRefine(atMostOne);

/** `provider`: what would be used now; the message itself says which it was. null: chosen when it is time. */
export const sendMessageAnswer = z.object({
  success: z.literal(true),
  messageId: z.string(),
  status: messageStatus,
  provider: provider.nullable(),
  channel,
  providerMessageId: z.string().nullable(),
});
export type SendMessageAnswer = z.infer<typeof sendMessageAnswer>;

const paging = {
  limit: z.number().int().min(1).max(500).default(50),
  offset: z.number().int().min(0).max(1_000_000_000).default(0),
};

export const listMessagesInput = z.object({
  ...paging,
  clientId: opaqueId.optional(),
  orderId: opaqueId.optional(),
  channel: channel.optional(),
  provider: provider.optional(),
  status: messageStatus.optional(),
  direction: direction.optional(),
});
export const messagesAnswer = z.object({
  success: z.literal(true),
  messages: z.array(joinedMessage),
  /** All that match. */
  total: z.number().int(),
  limit: z.number().int(),
  offset: z.number().int(),
});

export const messageInput = z.object({ id: opaqueId });

export const templatesAnswer = z.object({ success: z.literal(true), templates: z.array(template) });

/** What came in over Twilio and is nobody's: for the admin. */
export const unclaimedInput = z.object(paging);
export const unclaimedMessage = z.object({
  id: z.string(),
  fromPhone: z.string(),
  toPhone: z.string(),
  name: z.string().nullable(),
  kind: z.string(),
  text: z.string(),
  receivedAt: z.coerce.date(),
});
