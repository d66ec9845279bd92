import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@/server/logger';
import type { Connection, ContentEvent } from './connection';
import type { Engine } from './engine';
import type { Lease } from './lease';

/** One engine generation under one lease. */
export type Run = {
  engine: Engine;
  lease: Lease;
  /** The profile holds a link that a phone confirmed. */
  linked: boolean;
  /** While ready. */
  connection: Connection | null;
  /** What came before `ready` said whose it is. */
  early: ContentEvent[];
};

/**
 * Ends a run: what is on its way gets `drain` milliseconds, then the engine is stopped, which makes every call on it fail, and what
 * that means for the rows is recorded too.
 */
export async function endRun(run: Run, drain: number, logger: Logger): Promise<void> {
  const { engine, connection, lease } = run;
  const quiet = connection?.stop();
  if (quiet) await Promise.race([quiet, sleep(drain, undefined, { ref: false })]);
  await engine.stop().catch((error) => logger.error({ err: error, ownerId: lease.ownerId }, 'an engine did not stop'));
  await quiet;
}
