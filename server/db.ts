import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';
import { Prisma, PrismaClient } from '@/server/generated/prisma/client';
import type { Logger } from '@/server/logger';

export type Db = PrismaClient;
/** What a feature takes when it must run inside somebody's transaction. */
export type Tx = Prisma.TransactionClient;

export type Database = { db: Db; pool: Pool; close(): Promise<void> };

/** `url` is a postgres:// address (a `host=/dir` parameter names a unix socket). Connects lazily; `close` waits for open queries. */
export function createDatabase(url: string, logger: Pick<Logger, 'warn'>): Database {
  const pool = new Pool({
    connectionString: url,
    max: 20,
    connectionTimeoutMillis: 10_000,
    // a process that was paused inside a transaction must not keep its locks from whoever takes over
    idle_in_transaction_session_timeout: 10_000,
  });
  // without a listener an idle connection that the server closes would end Node
  pool.on('error', (error) => logger.warn({ err: error }, 'an idle database connection was lost'));
  const db = new PrismaClient({
    adapter: new PrismaPg(pool),
    transactionOptions: { maxWait: 10_000, timeout: 20_000 },
  });
  return {
    db,
    pool,
    async close() {
      await db.$disconnect();
      await pool.end();
    },
  };
}

/** Whether Postgres refused a row because a unique key has it already. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}
