import { z } from 'zod';
import { chat, message } from '@/server/chats/schema';
import { client } from '@/server/clients/schema';
import { order } from '@/server/orders/schema';
import { statusReason, statusWord } from '@/server/whatsapp/schema';

/**
 * The union of everything that is written to the log, as stored (dates are ISO in the row, Date here). A name is `noun.past`.
 * QR, pairing codes and typing are never here: they are fleeting, and a QR is a credential.
 */
export const eventBody = z.discriminatedUnion('type', [
  /** `chat` is null where the message has none: it came in over Twilio. */
  z.object({ type: z.literal('message.received'), chat: chat.nullable(), message }),
  /** An outbound row: written by the composer (`queued`), or typed on the phone itself (`sent` at once). */
  z.object({ type: z.literal('message.created'), chat: chat.nullable(), message }),
  /** Status, error or WhatsApp's own time changed. */
  z.object({ type: z.literal('message.updated'), message }),
  z.object({ type: z.literal('chat.updated'), chat }),
  /** Two conversations turned out to be with one person: what was said in `goneChatId` is in `chat` now. */
  z.object({ type: z.literal('chat.joined'), chat, goneChatId: z.string() }),
  z.object({ type: z.literal('client.created'), client }),
  z.object({ type: z.literal('client.updated'), client }),
  /** `joined`: the client who turned out to be the same person and has everything now; null: deleted by the owner. */
  z.object({ type: z.literal('client.deleted'), clientId: z.string(), joined: z.string().nullable() }),
  z.object({ type: z.literal('order.created'), order }),
  z.object({ type: z.literal('order.updated'), order }),
  z.object({ type: z.literal('order.deleted'), orderId: z.string() }),
  /** A chat was read in at the first link: the page loads its list again, no alarms. */
  z.object({ type: z.literal('history.synced'), ownNumber: z.string(), chats: z.number(), messages: z.number() }),
  /** Messages that came in while nothing was connected, and were read back: the page says so. */
  z.object({ type: z.literal('history.recovered'), from: z.coerce.date(), to: z.coerce.date(), messages: z.number() }),
  z.object({
    type: z.literal('session.changed'),
    status: statusWord,
    phoneNumber: z.string().nullable(),
    name: z.string().nullable(),
    reason: statusReason.nullable(),
  }),
  /** Audit: the credentials of a generation were moved to quarantine, and why. */
  z.object({
    type: z.literal('session.quarantined'),
    generation: z.number(),
    reason: z.enum(['USER_UNLINKED', 'PHONE_LOGGED_OUT']),
  }),
]);
export type EventBody = z.infer<typeof eventBody>;
export type EventType = EventBody['type'];

/** One line of an owner's log. `seq` starts at 1 and has no gaps. */
export const ownerEvent = z.object({ seq: z.number().int(), at: z.date(), body: eventBody });
export type OwnerEvent = z.infer<typeof ownerEvent>;

/** `lastEventId`: the seq of the last event the caller saw, as a string; without it, only what happens from now on. */
export const followInput = z
  .object({
    lastEventId: z
      .string()
      .regex(/^\d{1,15}$/)
      .nullish(),
  })
  .optional();
