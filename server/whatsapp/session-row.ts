import { type OwnerId, ownerIdOfRow } from '@/server/auth/owner-id';
import { toMessage } from '@/server/chats/dto';
import type { Db, Tx } from '@/server/db';
import { appendEvent } from '@/server/events/log';
import { sqlOf } from '@/server/sql';
import { fence, type Lease } from './lease';
import { markUnconfirmed } from './lost-sends';
import type { WhatsappStatus } from './schema';

/** The session's own row: every write proves the lease in its transaction. */

export function guarded<Result>(db: Db, lease: Lease, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  return db.$transaction(async (tx) => {
    await fence(sqlOf(tx), lease);
    return work(tx);
  });
}

export function findSessionRow(db: Db, ownerId: OwnerId) {
  return db.whatsappSession.findUnique({ where: { ownerId } });
}

/** The process that holds the owner's lease, its term not over; null: nobody. */
export async function findHolder(db: Db, ownerId: OwnerId): Promise<string | null> {
  const row = await db.whatsappSession.findFirst({
    where: { ownerId, leaseUntil: { gt: new Date() } },
    select: { holder: true },
  });
  return row?.holder ?? null;
}

/** Owners whose session should run and has a link, the most recently used first. */
export async function listWanted(db: Db): Promise<OwnerId[]> {
  const rows = await db.whatsappSession.findMany({
    where: { wanted: true, linkedAt: { not: null } },
    orderBy: { updatedAt: 'desc' },
    select: { ownerId: true },
  });
  return rows.map(ownerIdOfRow);
}

export function setWanted(db: Db, lease: Lease, wanted: boolean) {
  return guarded(db, lease, (tx) => tx.whatsappSession.update({ where: { ownerId: lease.ownerId }, data: { wanted } }));
}

/** The phone said yes: from now on this generation's profile holds a link and is restored at start. */
export async function markLinked(db: Db, lease: Lease): Promise<void> {
  await guarded(db, lease, (tx) =>
    tx.whatsappSession.updateMany({
      where: { ownerId: lease.ownerId, linkedAt: null },
      data: { linkedAt: new Date() },
    }),
  );
}

/**
 * Notes whose link it is. Answers with the last moment until which nothing of this number was missed; null: there is none. It
 * stays until what was missed since is stored: a process that ends half-way through that begins again from there.
 */
export async function markReady(db: Db, lease: Lease, phone: string, name: string): Promise<Date | null> {
  const { ownerId } = lease;
  return guarded(db, lease, async (tx) => {
    const before = await tx.whatsappSession.findUniqueOrThrow({ where: { ownerId } });
    const connectedUntil = before.phone === phone ? before.connectedUntil : null;
    await tx.whatsappSession.update({
      where: { ownerId },
      data: { phone, name, linkedAt: before.linkedAt ?? new Date(), connectedUntil },
    });
    return connectedUntil;
  });
}

/** What was missed before is stored: from now on only what comes after this moment can be missing. */
export async function noteUpToDate(db: Db, lease: Lease): Promise<void> {
  await guarded(db, lease, (tx) =>
    tx.whatsappSession.update({ where: { ownerId: lease.ownerId }, data: { connectedUntil: new Date() } }),
  );
}

/** Tells the log of a state that lasts; codes are never in it. */
export async function tellChange(db: Db, lease: Lease, status: WhatsappStatus): Promise<void> {
  const { phoneNumber, name, reason } = status;
  await guarded(db, lease, (tx) =>
    appendEvent(sqlOf(tx), lease.ownerId, {
      type: 'session.changed',
      status: status.status,
      phoneNumber,
      name,
      reason,
    }),
  );
}

/**
 * The link of the present generation is over: the next one begins, and an audit event says why. What still waited to be sent
 * fails with a reason (the same number may be linked again in an hour or a year), and of what may have left nobody will say any more.
 * Answers with the new generation.
 */
export async function endGeneration(
  db: Db,
  lease: Lease,
  reason: 'USER_UNLINKED' | 'PHONE_LOGGED_OUT',
): Promise<number> {
  const { ownerId } = lease;
  return guarded(db, lease, async (tx) => {
    const row = await tx.whatsappSession.update({
      where: { ownerId },
      data: { generation: { increment: 1 }, linkedAt: null, wanted: false },
    });
    const waiting = await tx.message.findMany({
      where: {
        ownerId,
        provider: 'whatsapp_web',
        direction: 'outbound',
        status: 'queued',
        engineMessageId: null,
        handedOverAt: null,
        // one that may go by another channel, or is in no outbox yet, is looked at again (messages/recheck.ts)
        ownNumber: { not: null },
        attempts: { none: { outcome: 'started' } },
      },
      orderBy: { position: 'asc' },
      select: { id: true },
    });
    await appendEvent(sqlOf(tx), ownerId, { type: 'session.quarantined', generation: row.generation - 1, reason });
    for (const { id } of waiting) {
      const failed = await tx.message.update({
        where: { id },
        data: { status: 'failed', errorCode: 'WHATSAPP_UNLINKED' },
      });
      await appendEvent(sqlOf(tx), ownerId, { type: 'message.updated', message: toMessage(failed) });
    }
    await markUnconfirmed(tx, ownerId, null);
    return row.generation;
  });
}
