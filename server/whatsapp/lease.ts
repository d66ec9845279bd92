import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnerId } from '@/server/auth/owner-id';
import type { Db, Tx } from '@/server/db';
import type { Sql } from '@/server/sql';

/**
 * The right to run an owner's session and to write for it: one row, one holder, a term, and an epoch that grows with each change
 * of hands. Whoever writes for a session proves the epoch inside the same transaction (`fence`), so a holder that slept through
 * the end of its term cannot write any more.
 */
export type Lease = { ownerId: OwnerId; holder: string; epoch: number };

export const LEASE_SECONDS = 15;
export const RENEW_EVERY_MS = 5_000;

/** Thrown by `fence` when another process has taken over. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
}

/**
 * A holder that seems gone gets this long to show itself: a database that comes back after a restart knows nobody's signs of life
 * any more, and a living holder renews them within a second (events/bus.ts, registry.ts).
 */
const SECOND_LOOK_MS = 2_000;
const LOOKS = 3;
/** What was seen longer ago is no first look. */
const DOUBT_MS = 30_000;

/** Since when each holder seems gone, so that all of its sessions wait only once. */
const doubts = new Map<string, number>();

/** How long a holder that seems gone must still be waited for, ms; the database itself must have been up for as long. */
function patienceWith(holder: string, databaseUpMs: number): number {
  const now = performance.now();
  const since = doubts.get(holder) ?? Number.NEGATIVE_INFINITY;
  const first = now - since > DOUBT_MS ? now : since;
  doubts.set(holder, first);
  return SECOND_LOOK_MS - Math.min(now - first, databaseUpMs);
}

/**
 * Takes the lease, or null while another live process has it. A holder is gone when its term ran out, or when nobody holds the
 * advisory lock that its bell connection took (events/bus.ts): then a restart after a kill does not wait for the term. Either is
 * believed at the second look, two seconds after the first.
 */
export async function acquireLease(db: Db, nodeId: string, ownerId: OwnerId): Promise<Lease | null> {
  for (let look = 1; ; look += 1) {
    const found = await takeUnlessHeld(db, nodeId, ownerId);
    if (found.kind === 'taken') return found.lease;
    if (found.kind === 'held' || look === LOOKS) return null;
    await sleep(found.wait);
  }
}

type Look = { kind: 'taken'; lease: Lease } | { kind: 'held' } | { kind: 'doubtful'; wait: number };

async function takeUnlessHeld(db: Db, nodeId: string, ownerId: OwnerId): Promise<Look> {
  return db.$transaction(async (tx) => {
    await tx.$executeRaw`
      INSERT INTO whatsapp_session (owner_id, updated_at) VALUES (${ownerId}::uuid, now()) ON CONFLICT (owner_id) DO NOTHING`;
    const [row] = await tx.$queryRaw<{ holder: string | null; running: boolean; up: number }[]>`
      SELECT holder, lease_until > now() AS running,
             extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::float8 * 1000 AS up
      FROM whatsapp_session WHERE owner_id = ${ownerId}::uuid FOR UPDATE`;
    const holder = row?.holder ?? null;
    if (row && holder !== null && holder !== nodeId) {
      if (row.running && !(await isLockFree(tx, holder))) {
        doubts.delete(holder);
        return { kind: 'held' };
      }
      const wait = patienceWith(holder, row.up);
      if (wait > 0) return { kind: 'doubtful', wait };
    }
    const [taken] = await tx.$queryRaw<{ epoch: number }[]>`
      UPDATE whatsapp_session
      SET holder = ${nodeId}, lease_until = now() + make_interval(secs => ${LEASE_SECONDS}), epoch = epoch + 1, updated_at = now()
      WHERE owner_id = ${ownerId}::uuid RETURNING epoch`;
    if (!taken) throw new Error('the session row is gone');
    return { kind: 'taken', lease: { ownerId, holder: nodeId, epoch: taken.epoch } };
  });
}

async function isLockFree(tx: Tx, holder: string): Promise<boolean> {
  // shared: all sessions of a dead holder are taken over at once, and must not keep each other out
  const [lock] = await tx.$queryRaw<{ free: boolean }[]>`
    SELECT pg_try_advisory_xact_lock_shared(hashtextextended(${holder}, 0)) AS free`;
  return lock?.free ?? false;
}

/** Proves, inside the transaction that writes, that the lease is still ours; the row stays share-locked until commit. Throws LeaseLost. */
export async function fence(sql: Sql, lease: Lease): Promise<void> {
  const rows = await sql`
    SELECT 1 FROM whatsapp_session
    WHERE owner_id = ${lease.ownerId}::uuid AND holder = ${lease.holder} AND epoch = ${lease.epoch} FOR SHARE`;
  if (rows.length === 0) throw new LeaseLost('another process runs this session now');
}

/** Renews every lease of this process and notes which of them lack nothing until now; answers with those it still has. */
export async function renewLeases(db: Db, nodeId: string, upToDate: OwnerId[]): Promise<Map<string, number>> {
  const rows = await db.$queryRaw<{ owner_id: string; epoch: number }[]>`
    UPDATE whatsapp_session
    SET lease_until = now() + make_interval(secs => ${LEASE_SECONDS}),
        connected_until = CASE WHEN owner_id = ANY(${upToDate}::uuid[]) THEN now() ELSE connected_until END
    WHERE holder = ${nodeId} RETURNING owner_id::text, epoch`;
  return new Map(rows.map((row) => [row.owner_id, row.epoch]));
}

export async function releaseLease(db: Db, lease: Lease): Promise<void> {
  await db.$executeRaw`
    UPDATE whatsapp_session SET holder = NULL, lease_until = NULL
    WHERE owner_id = ${lease.ownerId}::uuid AND holder = ${lease.holder} AND epoch = ${lease.epoch}`;
}
