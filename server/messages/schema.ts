import { z } from 'zod';
import { channel, provider } from '@/server/channels/schema';
import { messageStatus } from '@/server/chats/schema';

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
