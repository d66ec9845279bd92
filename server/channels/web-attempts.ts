import { enqueue } from '@/server/jobs/queue';
import type { Sql } from '@/server/sql';

/**
 * The attempt that stands behind a row in WhatsApp Web's outbox, where the message may go by another channel too. What people write
 * in a chat has none, and these do nothing for it.
 */

/** Writes down how they ended; one that nobody could confirm may still turn out to have left. */
export async function endWebAttempt(
  sql: Sql,
  messageIds: string[],
  outcome: 'taken' | 'unconfirmed',
  code: string | null,
): Promise<void> {
  await sql`
    UPDATE message_attempt SET outcome = ${outcome}::"AttemptOutcome", code = ${code}, ended_at = now()
    WHERE message_id = ANY(${messageIds}::uuid[]) AND provider = 'whatsapp_web' AND outcome IN ('started', 'unconfirmed')`;
}

/** Takes a message that certainly did not leave out of the outbox, for another channel to be chosen. false: it has no other. */
export async function takeBack(sql: Sql, messageId: string, code: string): Promise<boolean> {
  const ended = await sql`
    UPDATE message_attempt SET outcome = 'not_left', code = ${code}, ended_at = now()
    WHERE message_id = ${messageId}::uuid AND provider = 'whatsapp_web' AND outcome = 'started' RETURNING id`;
  if (ended.length === 0) return false;
  await sql`
    UPDATE message SET handed_over_at = NULL, own_number = NULL WHERE id = ${messageId}::uuid AND engine_message_id IS NULL`;
  await enqueue(sql, 'send_message', { messageId }, { key: `send:${messageId}` });
  return true;
}
