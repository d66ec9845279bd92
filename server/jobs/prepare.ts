import { runMigrations } from 'graphile-worker';
import type { Pool } from 'pg';
import type { Logger } from '@/server/logger';
import { jobsLogger } from './logger';

/** Makes or updates the tables of the jobs (a schema of their own), before anybody adds one. Several processes may call it at once. */
export async function prepareJobs({ pool, logger }: { pool: Pool; logger: Logger }): Promise<void> {
  await runMigrations({ pgPool: pool, logger: jobsLogger(logger) });
}
