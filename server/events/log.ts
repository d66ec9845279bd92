import type { OwnerId } from '@/server/auth/owner-id';
import type { Db } from '@/server/db';
import type { Sql } from '@/server/sql';
import { type Bus, EVENT_CHANNEL } from './bus';
import { type EventBody, eventBody, type OwnerEvent } from './schema';

/**
 * Appends events to the owner's log, in their order, and rings the bell, in the caller's transaction: it rings exactly when the rows
 * commit. The owner's counter row stays locked until then, which is what makes the log gapless: call it last in a transaction.
 * Answers with the seq of the last.
 */
export async function appendEvents(sql: Sql, ownerId: OwnerId, bodies: readonly EventBody[]): Promise<number> {
  const rows = await sql<{ seq: bigint | string; rang: string }>`
    WITH counter AS (
      UPDATE "user" SET event_seq = event_seq + ${bodies.length}::int WHERE id = ${ownerId}::uuid RETURNING event_seq
    ), line AS (
      INSERT INTO event (owner_id, seq, type, payload)
      SELECT ${ownerId}::uuid, event_seq - ${bodies.length}::int + given.n, given.body->>'type', given.body - 'type'
      FROM counter, jsonb_array_elements(${JSON.stringify(bodies)}::jsonb) WITH ORDINALITY AS given(body, n)
      RETURNING seq, type
    )
    SELECT max(seq) AS seq, pg_notify(${EVENT_CHANNEL}, ${ownerId}::text || ':' || max(seq) || ':' || type)::text AS rang
    FROM line GROUP BY type`;
  if (rows.length === 0) throw new Error('no such owner');
  return Math.max(...rows.map(({ seq }) => Number(seq)));
}

export const appendEvent = (sql: Sql, ownerId: OwnerId, body: EventBody): Promise<number> =>
  appendEvents(sql, ownerId, [body]);

/** Seq of the owner's newest event; 0 for an empty log. */
export async function headOf(db: Db, ownerId: OwnerId): Promise<number> {
  const [user] = await db.sql.one<{ eventSeq: string }>`SELECT event_seq FROM "user" WHERE id = ${ownerId}::uuid`;
  return Number(user?.eventSeq ?? 0);
}

const PAGE = 200;

/** Up to `limit` events with a seq above `after`, in order. */
export async function readAfter(db: Db, ownerId: OwnerId, after: number, limit = PAGE): Promise<OwnerEvent[]> {
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
      // a full page may not be all; after any other, what comes later rings
      if (events.length < PAGE) await bell.next();
    }
  } finally {
    bell.close();
  }
}
