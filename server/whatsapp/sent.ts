import type { OwnerId } from '@/server/auth/owner-id';
import { toMessage } from '@/server/chats/dto';
import { ackChange, touchChat } from '@/server/chats/store';
import type { Tx } from '@/server/db';
import { appendEvent } from '@/server/events/log';
import type { Ack, EngineMessage, MessageId } from './engine';
import type { Lease } from './lease';

/**
 * From "handed to WhatsApp" to "known by its id". Three things can tell first that a message left: the send's own answer, the echo
 * that WhatsApp gives of every own message, and (after a crash) the history. Whichever comes first settles the row; the others find it settled.
 */

type Scope = { ownerId: OwnerId; ownNumber: string; lease: Lease };

/** An echo's time is WhatsApp's clock in whole seconds and ours may differ. */
const CLOCKS_DIFFER_MS = 120_000;

/**
 * The row that this outbound message must be: the one that was handed over under the message's token, whatever its text and
 * whatever was thought of its fate. Only a row that went without a token is known by its text, at about that time; oldest first.
 */
export async function findSent(tx: Tx, scope: Scope, chatId: string, message: EngineMessage) {
  const { ownerId, ownNumber } = scope;
  const own = { ownerId, ownNumber, direction: 'outbound' as const, engineMessageId: null };
  if (message.token !== null) {
    const exact = await tx.message.findFirst({ where: { ...own, sendToken: message.token } });
    if (exact) return exact;
  }
  const at = message.sentAt.getTime();
  return tx.message.findFirst({
    where: {
      ...own,
      chatId,
      sendToken: null,
      status: 'queued',
      kind: message.kind,
      text: message.text,
      handedOverAt: { gte: new Date(at - CLOCKS_DIFFER_MS), lte: new Date(at + CLOCKS_DIFFER_MS) },
    },
    orderBy: { position: 'asc' },
  });
}

/** Gives a row WhatsApp's id, time and status, and tells of it. */
export async function settle(tx: Tx, scope: Scope, messageRowId: string, message: EngineMessage): Promise<void> {
  const ack = earlyAck(scope.lease, message.id) ?? message.ack;
  const change = ack ? ackChange('queued', ack, new Date()) : null;
  const row = await tx.message.update({
    where: { id: messageRowId },
    // a row that was given up is taken back: here is the proof that it left
    data: { engineMessageId: message.id, at: message.sentAt, status: 'queued', errorCode: null, ...change },
  });
  await touchChat(tx, row.chatId, message.sentAt, 0);
  await appendEvent(tx, scope.ownerId, { type: 'message.updated', message: toMessage(row) });
}

const early = new WeakMap<Lease, Map<MessageId, Ack>>();
const EARLY_ACKS_KEPT = 500;

/** Acks can come before the send's own answer was recorded; they live as long as the lease's session, a bounded number of them. */
export function keepEarlyAck(lease: Lease, messageId: MessageId, ack: Ack): void {
  const acks = early.get(lease) ?? new Map<MessageId, Ack>();
  early.set(lease, acks);
  acks.set(messageId, ack);
  const oldest = acks.keys().next();
  if (acks.size > EARLY_ACKS_KEPT && !oldest.done) acks.delete(oldest.value);
}

/** Left where it is: the transaction that asks may have to be tried again. */
const earlyAck = (lease: Lease, messageId: MessageId): Ack | null => early.get(lease)?.get(messageId) ?? null;
