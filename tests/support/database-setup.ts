import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { createDatabase } from '@/server/db';
import { createEmbeddedPostgres } from '@/server/embedded/postgres';
import { prepareJobs } from '@/server/jobs/prepare';
import { createLogger } from '@/server/logger';
import { migrate } from '@/server/migrate';
import { quietLogger } from './quiet-logger';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the run's own Postgres: a database `template` with all migrations, which nobody connects to. */
    postgresUrl: string;
  }
}

/** One real Postgres for a whole run, over a folder that goes away with it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'omniwp-test-'));
  // as root, Postgres runs as another account, which must pass through
  await chmod(dataDir, 0o711);
  const postgres = await createEmbeddedPostgres({ dataDir, logger: quietLogger });
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query('CREATE DATABASE template');
  await client.end();
  const template = databaseUrl(postgres.url, 'template');
  await migrate({ url: template });
  const silent = createLogger('silent');
  const database = createDatabase(template, silent);
  await prepareJobs({ pool: database.pool, logger: silent });
  await database.close();
  project.provide('postgresUrl', postgres.url);
  return async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

/** The same server, another database. */
export function databaseUrl(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
