import type { OwnerId } from '@/server/auth/owner-id';
import { isUniqueViolation, type Tx } from '@/server/db';
import type { Ack } from '@/server/whatsapp/engine';
import { withLastMessage } from './dto';
import type { MessageStatus } from './schema';

/** The writes that ingest, the sender and the composer share; each runs inside its caller's transaction. */

type Peer = { engineChatId: string; phone: string | null; name: string | null };

/**
 * The row of a conversation, made when it is not there. One thread per person: an id that is new to us but whose number already
 * has a row is the same person (a hidden id whose number became known), and answers go on to the row's own id. A name that was
 * there stays; one that was missing is filled in.
 */
export async function upsertChat(tx: Tx, ownerId: OwnerId, ownNumber: string, peer: Peer) {
  const { engineChatId, phone, name } = peer;
  const found = await tx.chat.findFirst({
    where: { ownerId, ownNumber, OR: [{ engineChatId }, ...(phone ? [{ phone }] : [])] },
    orderBy: { createdAt: 'asc' },
  });
  if (!found) return tx.chat.create({ data: { ownerId, ownNumber, engineChatId, phone, name } });
  const missing = { ...(found.phone === null && phone && { phone }), ...(found.name === null && name && { name }) };
  if (Object.keys(missing).length === 0) return found;
  return tx.chat.update({ where: { id: found.id }, data: missing });
}

/** A chat with its newest message, for an event. */
export function readChat(tx: Tx, chatId: string) {
  return tx.chat.findUniqueOrThrow({ where: { id: chatId }, include: withLastMessage });
}

/** Moves a chat up to a message's time, never back. */
export async function touchChat(tx: Tx, chatId: string, at: Date, unread: number): Promise<void> {
  await tx.$executeRaw`
    UPDATE chat SET unread = unread + ${unread}, last_message_at = GREATEST(last_message_at, ${at})
    WHERE id = ${chatId}::uuid`;
}

/** A status never goes back; `failed` gives way to proof that the message left after all. */
const RANK: Record<MessageStatus, number> = { queued: 0, failed: 1, sent: 2, delivered: 3, read: 4, received: 5 };

export function isForward(from: MessageStatus, to: MessageStatus): boolean {
  return from !== 'received' && RANK[to] > RANK[from];
}

/** What an ack changes in a row of status `from`; null: nothing. */
export function ackChange(from: MessageStatus, ack: Ack, now: Date) {
  if (!isForward(from, ack)) return null;
  switch (ack) {
    case 'failed':
      return { status: ack, errorCode: 'WHATSAPP_REFUSED' };
    case 'sent':
      return { status: ack, errorCode: null, sentAt: now };
    case 'delivered':
      return { status: ack, errorCode: null, deliveredAt: now };
    case 'read':
      return { status: ack, errorCode: null, readAt: now };
    default:
      return ack satisfies never;
  }
}

/** Runs `work` again when another transaction made the same chat at the same time. */
export async function onceMoreOnConflict<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    return work();
  }
}
