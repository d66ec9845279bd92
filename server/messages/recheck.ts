import type { Db } from '@/server/db';
import type { Bus } from '@/server/events/bus';
import { enqueue } from '@/server/jobs/queue';
import type { Logger } from '@/server/logger';

/**
 * Looks again at what waits to leave: in the outbox of a link that was lost, or for a link to come back; and at what was given to another
 * provider so long ago that its process must be gone. Of one owner, or of all. What has a time of its own to be tried again keeps it.
 */
export async function recheckWaiting(db: Db, ownerId: string | undefined): Promise<void> {
  const owner = ownerId ?? null;
  await db.sql.transaction(async (sql) => {
    const waiting = await sql<{ id: string }>`
      SELECT id FROM message
      WHERE (${owner}::uuid IS NULL OR owner_id = ${owner}::uuid) AND direction = 'outbound' AND status = 'queued'
        AND engine_message_id IS NULL AND error_code IS NULL AND (scheduled_at IS NULL OR scheduled_at <= now())
        AND (handed_over_at IS NULL AND own_number IS NULL OR EXISTS (
          SELECT 1 FROM message_attempt attempt
          WHERE attempt.message_id = message.id AND attempt.outcome = 'started' AND (message.handed_over_at IS NULL
            OR attempt.provider <> 'whatsapp_web' AND attempt.at < now() - interval '30 seconds')))
      ORDER BY position LIMIT 1000`;
    for (const { id: messageId } of waiting) {
      await enqueue(sql, 'send_message', { messageId }, { key: `send:${messageId}`, keepTime: true });
    }
  });
}

/** Has an owner's waiting messages looked at whenever their link is lost or comes back. Returns the way to stop. */
export function recheckWhenLinksChange({ db, bus, logger }: { db: Db; bus: Bus; logger: Logger }): () => void {
  return bus.onRing((ownerId, type) => {
    if (type !== 'session.changed' && type !== 'session.quarantined') return;
    enqueue(db.sql.one, 'recheck_waiting', { ownerId }, { key: `recheck:${ownerId}` }).catch((error) =>
      // the clock's own look, each minute, finds them all the same
      logger.warn({ err: error }, 'waiting messages could not be looked at yet'),
    );
  });
}
