import type { OwnerId } from '@/server/auth/owner-id';
import type { Db } from '@/server/db';
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
 * Takes the lease, or null while another live process has it. A holder is gone when its term ran out, or when nobody holds the
 * advisory lock that its bell connection took (events/bus.ts): then a restart after a kill does not wait for the term.
 */
export async function acquireLease(db: Db, nodeId: string, ownerId: OwnerId): Promise<Lease | null> {
  return db.$transaction(async (tx) => {
    await tx.$executeRaw`
      INSERT INTO whatsapp_session (owner_id, updated_at) VALUES (${ownerId}::uuid, now()) ON CONFLICT (owner_id) DO NOTHING`;
    const rows = await tx.$queryRaw<{ holder: string | null; running: boolean }[]>`
      SELECT holder, lease_until > now() AS running FROM whatsapp_session WHERE owner_id = ${ownerId}::uuid FOR UPDATE`;
    const holder = rows[0]?.holder ?? null;
    if (holder !== null && holder !== nodeId && rows[0]?.running) {
      // shared: all sessions of a dead holder are taken over at once, and must not keep each other out
      const [lock] = await tx.$queryRaw<{ free: boolean }[]>`
        SELECT pg_try_advisory_xact_lock_shared(hashtextextended(${holder}, 0)) AS free`;
      if (!lock?.free) return null;
    }
    const [taken] = await tx.$queryRaw<{ epoch: number }[]>`
      UPDATE whatsapp_session
      SET holder = ${nodeId}, lease_until = now() + make_interval(secs => ${LEASE_SECONDS}), epoch = epoch + 1, updated_at = now()
      WHERE owner_id = ${ownerId}::uuid RETURNING epoch`;
    if (!taken) throw new Error('the session row is gone');
    return { ownerId, holder: nodeId, epoch: taken.epoch };
  });
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
