import { z } from 'zod';
import type { TwilioInbound } from './twilio-inbound';
import type { TwilioStatus } from './twilio-status';

/** What Twilio posts, as one of the two things that it tells. */
export type TwilioCall =
  | { kind: 'status'; status: TwilioStatus; attemptId: string | null }
  | { kind: 'message'; message: TwilioInbound }
  | { kind: 'nothing' };

/** https://www.twilio.com/docs/messaging/guides/webhook-request: the fields that count here, as they come from the form. */
const form = z.object({
  MessageSid: z.string().min(1).max(100),
  MessageStatus: z.string().max(40).optional(),
  ErrorCode: z.string().max(20).optional(),
  From: z.string().max(60).optional(),
  To: z.string().max(60).optional(),
  Body: z.string().default(''),
  ProfileName: z.string().max(200).optional(),
  MediaContentType0: z.string().max(200).optional(),
  Latitude: z.string().max(40).optional(),
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
  if (status !== undefined && status !== 'received') {
    const attempt = z.uuid().safeParse(attemptId);
    return { kind: 'status', status: { sid, status, errorCode: ErrorCode || null }, attemptId: attempt.data ?? null };
  }
  const [from, to] = [phoneOf(said.From), phoneOf(said.To)];
  if (from === null || to === null) return { kind: 'nothing' };
  const { Body: text, ProfileName } = said;
  return { kind: 'message', message: { sid, from, to, name: ProfileName || null, kind: kindOf(said), text } };
}
