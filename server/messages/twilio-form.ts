import { z } from 'zod';
import type { TwilioInbound } from './twilio-inbound';
import type { TwilioStatus } from './twilio-status';

/** What Twilio posts, as one of the two things that it tells. */
export type TwilioCall =
  | { kind: 'status'; status: TwilioStatus; attemptId: string | null }
  | { kind: 'message'; message: TwilioInbound }
  | { kind: 'nothing' };

/** What stands there several times is read as one. */
const beside = z.union([z.string(), z.array(z.string()).transform((several) => several.join('\n'))]).optional();

/** As long as a client's name may be (clients/schema.ts). */
const MAX_NAME_LENGTH = 120;

/**
 * https://www.twilio.com/docs/messaging/guides/webhook-request: the fields that count here, as they come from the form. A call is refused
 * over what says which message it is and whose; it is never lost over what stands beside that.
 */
const form = z.object({
  MessageSid: z.string().min(1).max(100),
  MessageStatus: z.string().optional(),
  ErrorCode: z.string().max(20).optional().catch(undefined),
  From: z.string().optional(),
  To: z.string().optional(),
  Body: beside,
  ProfileName: beside,
  MediaContentType0: beside,
  Latitude: beside,
});

const PHONE = /^(?:whatsapp:)?(\+\d{6,15})$/;

const phoneOf = (address: string | undefined): string | null => PHONE.exec(address ?? '')?.[1] ?? null;

function kindOf({ MediaContentType0: media, Latitude }: z.infer<typeof form>): TwilioInbound['kind'] {
  if (Latitude !== undefined) return 'location';
  if (media === undefined) return 'text';
  if (media.startsWith('image/')) return 'image';
  if (media.startsWith('video/')) return 'video';
  // WhatsApp's voice notes
  if (media.startsWith('audio/ogg')) return 'voice';
  if (media.startsWith('audio/')) return 'audio';
  return /^text\/(x-)?vcard/.test(media) ? 'contact' : 'document';
}

/** `attemptId`: what the query of our own callback address names. */
export function readTwilioCall(fields: Record<string, unknown>, attemptId: string | null): TwilioCall {
  const parsed = form.safeParse(fields);
  if (!parsed.success) return { kind: 'nothing' };
  const said = parsed.data;
  const { MessageSid: sid, MessageStatus: status, ErrorCode } = said;
  if (status && status !== 'received') {
    const attempt = z.uuid().safeParse(attemptId);
    return { kind: 'status', status: { sid, status, errorCode: ErrorCode || null }, attemptId: attempt.data ?? null };
  }
  const [from, to] = [phoneOf(said.From), phoneOf(said.To)];
  if (from === null || to === null) return { kind: 'nothing' };
  const { Body: text = '', ProfileName = '' } = said;
  // not through the middle of an emoji
  const name =
    ProfileName.slice(0, MAX_NAME_LENGTH)
      .replace(/[\uD800-\uDBFF]$/, '')
      .trim() || null;
  return { kind: 'message', message: { sid, from, to, name, kind: kindOf(said), text } };
}
