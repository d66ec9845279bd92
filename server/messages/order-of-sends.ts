import type { Db } from '@/server/db';
import { enqueue } from '@/server/jobs/queue';

/**
 * What goes to one person over one channel goes in the order in which it was accepted, whichever process sends it: a message waits
 * while an earlier one is not sent yet, and whoever is done with one wakes the next. What lies in WhatsApp Web's outbox is in order
 * there, until it has to go over Twilio.
 */

/** Whether an earlier one comes first: then its end is what wakes this one. */
export async function mustWait(db: Db, messageId: string): Promise<boolean> {
  const before = await db.sql.one`
    SELECT 1 FROM message mine JOIN message earlier
      ON earlier.client_id = mine.client_id AND earlier.channel = mine.channel AND earlier.position < mine.position
    WHERE mine.id = ${messageId}::uuid AND earlier.direction = 'outbound' AND earlier.status = 'queued'
      AND earlier.engine_message_id IS NULL AND earlier.error_code IS NULL
      AND (earlier.scheduled_at IS NULL OR earlier.scheduled_at <= now())
      AND NOT (earlier.provider = 'whatsapp_web' AND earlier.own_number IS NOT NULL)
    LIMIT 1`;
  return before.length > 0;
}

/**
 * Before a message goes over Twilio: whether an earlier one still lies in the outbox and may go over Twilio too. It is looked at now,
 * and its end wakes this one.
 */
export async function mustWaitForOutbox(db: Db, messageId: string): Promise<boolean> {
  const [first] = await db.sql.one<{ id: string }>`
    SELECT earlier.id FROM message mine JOIN message earlier
      ON earlier.client_id = mine.client_id AND earlier.channel = mine.channel AND earlier.position < mine.position
    WHERE mine.id = ${messageId}::uuid AND earlier.direction = 'outbound' AND earlier.status = 'queued'
      AND earlier.engine_message_id IS NULL AND earlier.error_code IS NULL AND earlier.handed_over_at IS NULL
      AND EXISTS (SELECT 1 FROM message_attempt attempt WHERE attempt.message_id = earlier.id AND attempt.outcome = 'started')
    ORDER BY earlier.position LIMIT 1`;
  if (first) await wake(db, first.id);
  return first !== undefined;
}

/** Called when what became of a message is committed, so that the next one sees it. */
export async function wakeNext(db: Db, messageId: string): Promise<void> {
  const [next] = await db.sql.one<{ id: string }>`
    SELECT later.id FROM message mine JOIN message later
      ON later.client_id = mine.client_id AND later.channel = mine.channel AND later.position > mine.position
    WHERE mine.id = ${messageId}::uuid AND later.direction = 'outbound' AND later.status = 'queued'
      AND later.engine_message_id IS NULL AND later.error_code IS NULL AND later.handed_over_at IS NULL
      AND (later.scheduled_at IS NULL OR later.scheduled_at <= now())
      AND (later.own_number IS NULL OR EXISTS (
        SELECT 1 FROM message_attempt attempt WHERE attempt.message_id = later.id AND attempt.outcome = 'started'))
    ORDER BY later.position LIMIT 1`;
  if (next) await wake(db, next.id);
}

const wake = (db: Db, messageId: string) =>
  enqueue(db.sql.one, 'send_message', { messageId }, { key: `send:${messageId}`, keepTime: true });
