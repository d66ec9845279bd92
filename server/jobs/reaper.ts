import { makeWorkerUtils } from 'graphile-worker';
import type { Pool } from 'pg';
import type { Logger } from '@/server/logger';
import { jobsLogger } from './logger';

const LOOK_EVERY_MS = 2_000;

/**
 * A job that is being done is locked for four hours, and whoever was killed over it unlocks nothing. Jobs are locked under their
 * process's id, and a process that lives holds an advisory lock on it (events/bus.ts): one that was found without it twice in a
 * row (a bell that reconnects lets go for a moment) is dead, and its jobs are free again.
 */
export async function createReaper({ pool, nodeId, logger }: { pool: Pool; nodeId: string; logger: Logger }) {
  const utils = await makeWorkerUtils({ pgPool: pool, logger: jobsLogger(logger) });
  let suspects = new Set<string>();
  let looking: Promise<void> | null = null;

  async function look(): Promise<void> {
    const { rows } = await pool.query<{ holder: string }>(
      `SELECT holder FROM (SELECT DISTINCT locked_by AS holder FROM graphile_worker.jobs WHERE locked_by IS NOT NULL) AS held
       WHERE holder <> $1 AND pg_try_advisory_xact_lock_shared(hashtextextended(holder, 0))`,
      [nodeId],
    );
    const free = rows.map(({ holder }) => holder);
    const dead = free.filter((holder) => suspects.has(holder));
    suspects = new Set(free);
    if (dead.length === 0) return;
    logger.warn({ dead: dead.length }, 'jobs of a process that is gone are taken over');
    await utils.forceUnlockWorkers(dead);
  }

  const timer = setInterval(() => {
    looking ??= look()
      .catch((error) => logger.warn({ err: error }, 'could not look for jobs of dead processes'))
      .finally(() => {
        looking = null;
      });
  }, LOOK_EVERY_MS);

  return {
    /** Frees what an earlier worker of this very process held. */
    freeOwn: () => utils.forceUnlockWorkers([nodeId]),
    async stop(): Promise<void> {
      clearInterval(timer);
      await looking;
      await utils.release();
    },
  };
}
