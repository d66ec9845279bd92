import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { createEmbeddedPostgres } from '@/server/embedded/postgres';
import { createEmbeddedRedis } from '@/server/embedded/redis';
import { quietLogger } from './quiet-logger';

/**
 * A Postgres, a Redis and a folder for profiles that several servers share, as machines of a larger installation do; `env` is what
 * each of them is told.
 */
export async function startStores() {
  const home = await mkdtemp(join(tmpdir(), 'omniwp-stores-'));
  // as root the database runs as another account, which must be able to pass
  await chmod(home, 0o711);
  const postgres = await createEmbeddedPostgres({ dataDir: home, logger: quietLogger });
  const redis = await createEmbeddedRedis({ dataDir: home, logger: quietLogger });
  return {
    sessionPath: join(home, 'sessions'),
    env: { DATABASE_URL: postgres.url, REDIS_URL: redis.url },
    /** Rows, past every procedure. */
    async query<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
      const client = new Client({ connectionString: postgres.url });
      client.on('error', () => {});
      await client.connect();
      try {
        return (await client.query<T>(sql, values)).rows;
      } finally {
        await client.end();
      }
    },
    async close(): Promise<void> {
      await redis.stop();
      await postgres.stop();
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export type Stores = Awaited<ReturnType<typeof startStores>>;
