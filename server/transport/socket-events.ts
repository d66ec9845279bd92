import type { OwnerId } from '@/server/auth/owner-id';
import { wordsOfCode } from '@/server/channels/provider-words';
import type { MessageStatus } from '@/server/chats/schema';
import type { Locale } from '@/server/errors';
import type { Message } from '@/server/messages/schema';
import { wordsOf } from '@/server/whatsapp/link-words';
import type { StatusReason, StatusWord, WhatsappStatus } from '@/server/whatsapp/schema';

/** The events of contract.md, "Socket.IO", with exactly these fields; `userId` and `timestamp` go with every one. */
export type SocketEvents = {
  whatsapp_qr_generated: { qrCode: string; expiresAt: Date };
  whatsapp_status_change: {
    status: StatusWord;
    phoneNumber?: string;
    name?: string;
    reason?: StatusReason;
    progress?: number;
    message?: string;
  };
  whatsapp_message_received: {
    message: Message & { clientName: string | null; clientPhone: string | null; timestamp: Date };
  };
  whatsapp_message_sent: { message: Message; messageId: string; clientNumber: string | null };
  whatsapp_message_status: {
    messageId: string;
    status: Extract<MessageStatus, 'sent' | 'delivered' | 'read' | 'failed'>;
  };
  whatsapp_error: { error: { type: 'session' | 'message'; code: string; message: string } };
};

/** What every event carries. */
export type Carried = { userId: OwnerId; timestamp: Date };

/** One event to tell. `fields` are made per socket: its words are in the language of who listens. */
export type Told = {
  [Name in keyof SocketEvents]: { name: Name; at: Date; fields: (locale: Locale) => SocketEvents[Name] };
}[keyof SocketEvents];

export function toldOfMessageError(code: string, at: Date): Told {
  const fields = (locale: Locale) => ({
    error: { type: 'message' as const, code, message: wordsOfCode(code, locale) },
  });
  return { name: 'whatsapp_error', at, fields };
}

/** A field that says nothing is absent. */
const said = <Value>(name: string, value: Value | null) => (value === null ? {} : { [name]: value });

function toldOfStatus({ status, phoneNumber, name, reason, progress }: WhatsappStatus, at: Date): Told {
  const fields = (locale: Locale): SocketEvents['whatsapp_status_change'] => ({
    status,
    ...said('phoneNumber', phoneNumber),
    ...said('name', name),
    ...said('reason', reason),
    ...said('progress', progress),
    message: wordsOf(status, locale),
  });
  return { name: 'whatsapp_status_change', at, fields };
}

const failed = ({ status }: WhatsappStatus) => status === 'error' || status === 'auth_failed';

/** What is new in `now` for whoever was told of `before`; null: of nothing yet. */
export function toldOfChange(before: WhatsappStatus | null, now: WhatsappStatus, at = new Date()): Told[] {
  const told: Told[] = [];
  const differs = (...names: (keyof WhatsappStatus)[]) => names.some((name) => before?.[name] !== now[name]);
  if (differs('status', 'phoneNumber', 'name', 'reason', 'progress')) told.push(toldOfStatus(now, at));
  if (failed(now) && differs('status', 'reason')) {
    const fields = (locale: Locale) => ({
      error: { type: 'session' as const, code: now.reason ?? 'UNKNOWN', message: wordsOf(now.status, locale) },
    });
    told.push({ name: 'whatsapp_error', at, fields });
  }
  const { qrCode, expiresAt } = now;
  if (qrCode !== null && expiresAt !== null && differs('qrCode')) {
    told.push({ name: 'whatsapp_qr_generated', at, fields: () => ({ qrCode, expiresAt }) });
  }
  return told;
}
