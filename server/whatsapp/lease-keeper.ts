import type { OwnerId } from '@/server/auth/owner-id';
import type { Db } from '@/server/db';
import { AppError } from '@/server/errors';
import type { Logger } from '@/server/logger';
import { acquireLease, fence, type Lease, LeaseLost, releaseLease } from './lease';

/** One owner's lease, as a session needs it. */
export function createLeaseKeeper(deps: { db: Db; nodeId: string; ownerId: OwnerId; logger: Logger }) {
  const { db, nodeId, ownerId, logger } = deps;
  return {
    /** The lease that `held` still has, else a new one. Throws SESSION_ELSEWHERE while another process has it. */
    async take(held: { lease: Lease } | null): Promise<Lease> {
      const lease = held?.lease ?? (await acquireLease(db, nodeId, ownerId));
      if (!lease) throw new AppError('SESSION_ELSEWHERE');
      return lease;
    },
    /**
     * Throws LeaseLost when another process has it now: one that slept past its term must not say of the new holder's session that it
     * is lost. A database that is away says nothing of that.
     */
    async assertHeld(lease: Lease): Promise<void> {
      await fence(db.sql.one, lease).catch((error) => {
        if (error instanceof LeaseLost) throw error;
      });
    },
    /** One that cannot be given back runs out by itself. */
    async letGo(lease: Lease): Promise<void> {
      await releaseLease(db, lease).catch((error) => logger.warn({ err: error, ownerId }, 'a lease was not released'));
    },
  };
}
