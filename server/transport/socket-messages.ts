import type { OwnerId } from '@/server/auth/owner-id';
import type { Message as ChatMessage } from '@/server/chats/schema';
import type { Db } from '@/server/db';
import type { Locale } from '@/server/errors';
import type { OwnerEvent } from '@/server/events/schema';
import { toMessage } from '@/server/messages/dto';
import { type Told, toldOfMessageError } from './socket-events';

/** The messages whose last status is remembered; of an older one it is taken as unknown. */
const REMEMBERED = 1_000;

type Last = Pick<ChatMessage, 'status' | 'errorCode'>;

/**
 * Turns lines of an owner's log into what sockets are told of messages: each thing once, whatever else of the row has changed. The
 * log's line says what happened, the row the rest of the contract's Message.
 */
export function createMessageTeller(db: Db, ownerId: OwnerId) {
  const known = new Map<string, Last>();

  function remember({ id, status, errorCode }: ChatMessage): Last | undefined {
    const before = known.get(id);
    known.delete(id);
    known.set(id, { status, errorCode });
    const oldest = known.keys().next();
    if (known.size > REMEMBERED && !oldest.done) known.delete(oldest.value);
    return before;
  }

  /** null: it is gone, or not a WhatsApp message. */
  async function rowOf({ id }: ChatMessage) {
    const row = await db.message.findFirst({
      where: { id, ownerId, channel: 'whatsapp' },
      include: { client: { select: { name: true, phone: true } }, chat: { select: { name: true, phone: true } } },
    });
    if (!row) return null;
    const { client, chat, ...message } = row;
    return {
      row: message,
      messageIn: (locale: Locale) => toMessage(message, locale),
      name: client?.name ?? chat?.name ?? null,
      phone: client?.phone ?? chat?.phone ?? null,
    };
  }

  async function ofReceived(of: ChatMessage, at: Date): Promise<Told[]> {
    const row = await rowOf(of);
    if (!row) return [];
    const { messageIn, name, phone } = row;
    const fields = (locale: Locale) => {
      const message = messageIn(locale);
      return { message: { ...message, clientName: name, clientPhone: phone, timestamp: message.createdAt } };
    };
    return [{ name: 'whatsapp_message_received', at, fields }];
  }

  async function ofOutbound(of: ChatMessage, isNew: boolean, at: Date): Promise<Told[]> {
    const before = remember(of);
    const { status, errorCode } = of;
    const moved = before?.status !== status;
    if (!moved && before?.errorCode === errorCode) return [];
    const found = await rowOf(of);
    if (!found) return [];
    const { row, messageIn, phone } = found;
    const told: Told[] = [];
    // the first that is heard of a message that this process saw nothing of before may come late: then only "sent" itself is news
    const wasWaiting = before ? before.status === 'queued' || before.status === 'failed' : isNew || status === 'sent';
    if (moved && wasWaiting && (status === 'sent' || status === 'delivered' || status === 'read')) {
      // the row may be further by now, and that is told next
      const asOfNow = {
        status,
        deliveredAt: status === 'sent' ? null : row.deliveredAt,
        readAt: status === 'read' ? row.readAt : null,
      };
      const fields = (locale: Locale) => ({
        message: { ...messageIn(locale), ...asOfNow },
        messageId: row.id,
        clientNumber: phone,
      });
      told.push({ name: 'whatsapp_message_sent', at, fields });
    }
    if (moved && status !== 'queued' && status !== 'received') {
      told.push({ name: 'whatsapp_message_status', at, fields: () => ({ messageId: row.id, status }) });
    }
    if (errorCode !== null && before?.errorCode !== errorCode) {
      told.push(toldOfMessageError(row.errorCode ?? errorCode, at));
    }
    return told;
  }

  return async function toldOf({ body, at }: OwnerEvent): Promise<Told[]> {
    switch (body.type) {
      case 'message.received':
        return ofReceived(body.message, at);
      case 'message.created':
        return ofOutbound(body.message, true, at);
      case 'message.updated':
        return body.message.direction === 'outbound' ? ofOutbound(body.message, false, at) : [];
      case 'chat.updated':
      case 'chat.joined':
      case 'client.created':
      case 'client.updated':
      case 'client.deleted':
      case 'order.created':
      case 'order.updated':
      case 'order.deleted':
      case 'history.synced':
      case 'history.recovered':
      // the link's states come from the status board, with those that do not last
      case 'session.changed':
      case 'session.quarantined':
        return [];
      default:
        return body satisfies never;
    }
  };
}
