import { setTimeout as sleep } from 'node:timers/promises';
import { type Db, databaseAnswers, isDatabaseAway } from '@/server/db';
import { LeaseLost } from './lease';

/** How often a database that answers may refuse one write. */
const TRIES = 5;
const MAX_WAIT_MS = 2_000;

/**
 * Runs a write until the database took it: for as long as that is away (or has a full disk) this waits. Rejects when it answers and
 * refuses time after time, when the lease is lost, and with the next failure once `hasEnded`.
 */
export async function insist<Result>(
  db: Db,
  write: () => Promise<Result>,
  { hasEnded, onRetry }: { hasEnded: () => boolean; onRetry?: (error: unknown) => void },
): Promise<Result> {
  for (let wait = 200, refused = 0; ; wait = Math.min(2 * wait, MAX_WAIT_MS)) {
    try {
      return await write();
    } catch (error) {
      if (error instanceof LeaseLost || hasEnded()) throw error;
      if (!isDatabaseAway(error) && (await databaseAnswers(db))) refused += 1;
      if (refused === TRIES) throw error;
      onRetry?.(error);
      await sleep(wait);
    }
  }
}
