import type { OwnerId } from '@/server/auth/owner-id';
import type { Sql } from '@/server/sql';
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
export async function findSent(sql: Sql, scope: Scope, chatId: string, message: EngineMessage): Promise<string | null> {
  const { ownerId, ownNumber } = scope;
  if (message.token !== null) {
    const [exact] = await sql<{ id: string }>`
      SELECT id FROM message
      WHERE owner_id = ${ownerId}::uuid AND own_number = ${ownNumber} AND direction = 'outbound' AND engine_message_id IS NULL
        AND send_token = ${message.token} LIMIT 1`;
    if (exact) return exact.id;
  }
  const at = message.sentAt.getTime();
  const [alike] = await sql<{ id: string }>`
    SELECT id FROM message
    WHERE chat_id = ${chatId}::uuid AND owner_id = ${ownerId}::uuid AND own_number = ${ownNumber} AND direction = 'outbound'
      AND engine_message_id IS NULL AND send_token IS NULL AND status = 'queued' AND kind = ${message.kind} AND text = ${message.text}
      AND handed_over_at BETWEEN ${new Date(at - CLOCKS_DIFFER_MS)} AND ${new Date(at + CLOCKS_DIFFER_MS)}
    ORDER BY position LIMIT 1`;
  return alike?.id ?? null;
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
export const earlyAck = (lease: Lease, messageId: MessageId): Ack | null => early.get(lease)?.get(messageId) ?? null;
