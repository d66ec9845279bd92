import type { OwnerId } from '@/server/auth/owner-id';
import type { Db } from '@/server/db';
import type { Sql } from '@/server/sql';
import { type Bus, EVENT_CHANNEL } from './bus';
import { type EventBody, eventBody, type OwnerEvent } from './schema';

/**
 * Appends one event to the owner's log and rings the bell, in the caller's transaction: it rings exactly when the row commits.
 * The owner's counter row stays locked until then, which is what makes the log gapless: call it last in a transaction.
 */
export async function appendEvent(sql: Sql, ownerId: OwnerId, body: EventBody): Promise<number> {
  const { type, ...payload } = body;
  const rows = await sql<{ seq: bigint | string; rang: string }>`
    WITH counter AS (
      UPDATE "user" SET event_seq = event_seq + 1 WHERE id = ${ownerId}::uuid RETURNING event_seq
    ), line AS (
      INSERT INTO event (owner_id, seq, type, payload)
      SELECT ${ownerId}::uuid, event_seq, ${type}::text, ${JSON.stringify(payload)}::jsonb FROM counter
      RETURNING seq
    )
    SELECT seq, pg_notify(${EVENT_CHANNEL}, ${ownerId}::text || ':' || seq || ':' || ${type}::text)::text AS rang FROM line`;
  const row = rows[0];
  if (!row) throw new Error('no such owner');
  return Number(row.seq);
}

/** Seq of the owner's newest event; 0 for an empty log. */
export async function headOf(db: Db, ownerId: OwnerId): Promise<number> {
  const [user] = await db.sql.one<{ eventSeq: string }>`SELECT event_seq FROM "user" WHERE id = ${ownerId}::uuid`;
  return Number(user?.eventSeq ?? 0);
}

/** Up to `limit` events with a seq above `after`, in order. */
export async function readAfter(db: Db, ownerId: OwnerId, after: number, limit = 200): Promise<OwnerEvent[]> {
  const rows = await db.sql.one<{ seq: string; type: string; payload: object; createdAt: Date }>`
    SELECT seq, type, payload, created_at FROM event
    WHERE owner_id = ${ownerId}::uuid AND seq > ${after} ORDER BY seq LIMIT ${limit}`;
  return rows.map((row) => ({
    seq: Number(row.seq),
    at: row.createdAt,
    body: eventBody.parse({ type: row.type, ...row.payload }),
  }));
}

/**
 * Every event of the owner after `after`, then each new one as it commits, until `signal` aborts.
 * Listens first and reads second, so nothing falls between; the bell is only a hint.
 */
export async function* follow(
  deps: { db: Db; bus: Bus },
  ownerId: OwnerId,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<OwnerEvent> {
  const bell = deps.bus.bellOf(ownerId, signal);
  try {
    let cursor = after;
    while (!signal.aborted) {
      const events = await readAfter(deps.db, ownerId, cursor);
      for (const event of events) {
        yield event;
        cursor = event.seq;
      }
      if (events.length === 0) await bell.next();
    }
  } finally {
    bell.close();
  }
}
