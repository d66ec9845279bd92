import { setTimeout as sleep } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';
import { Prisma, PrismaClient } from '@/server/generated/prisma/client';
import type { Logger } from '@/server/logger';
import { createSqlPool, type SqlPool } from '@/server/sql';

/** Prisma, and `sql` for the paths that every message takes (server/sql.ts). */
export type Db = PrismaClient & { sql: SqlPool };
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
  // and one that is in use, whose next statement says so
  pool.on('connect', (client) => client.on('error', () => {}));
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool),
    // its other messages quote the arguments of a call, and those are people's
    errorFormat: 'minimal',
    transactionOptions: { maxWait: 10_000, timeout: 20_000 },
  });
  const db: Db = Object.assign(prisma, { sql: createSqlPool(pool) });
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
  if (error instanceof Prisma.PrismaClientKnownRequestError) return error.code === 'P2002';
  return part(error, 'code') === '23505';
}

/** Whether Postgres refused a row because what it points to is gone (or still pointed to). */
export function isForeignKeyViolation(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientKnownRequestError) return error.code === 'P2003';
  return part(error, 'code') === '23503';
}

/**
 * Whether a transaction failed only because of another one at the same time: both wrote the same key, one removed what the other
 * points to, or each waited for the other. Run again, it finds what the other left.
 */
export function isConflict(error: unknown): boolean {
  const deadlock = part(error, 'code') === '40P01' || part(error, 'code') === 'P2034';
  return deadlock || isUniqueViolation(error) || isForeignKeyViolation(error);
}

const TRIES_ON_CONFLICT = 3;

/** Runs `work`, a transaction of its own, again where another one got in its way. */
export async function againOnConflict<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isConflict(error) || attempt === TRIES_ON_CONFLICT) throw error;
    }
  }
}

/** Prisma's own (P…), Postgres's (SQLSTATE), and Node's when there is nobody to connect to. */
const AWAY = new Set([
  'P1001',
  'P1002',
  'P1003',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
  '3D000',
  // a full disk: it answers, and takes nothing until there is room
  '53100',
  '53300',
  '57P01',
  '57P02',
  '57P03',
  'EPIPE',
  'ECONNRESET',
  'ECONNREFUSED',
]);
const AWAY_SAYS = /^Connection terminated|timeout exceeded when trying to connect|is not queryable|connect E[A-Z]+/;

const part = (of: unknown, name: string): unknown =>
  typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;

/** Whether a call failed because the database cannot be reached right now, wherever in its causes that stands. */
export function isDatabaseAway(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const codes = [part(error, 'code'), part(error, 'originalCode')];
  if (codes.some((code) => typeof code === 'string' && (AWAY.has(code) || code.startsWith('08')))) return true;
  const message = part(error, 'message');
  if (typeof message === 'string' && AWAY_SAYS.test(message)) return true;
  return isDatabaseAway(part(error, 'cause')) || isDatabaseAway(part(part(error, 'meta'), 'driverAdapterError'));
}

/** Whether it answers at this moment: what failed on one that does was refused, not lost on the way. */
export async function databaseAnswers(db: Db): Promise<boolean> {
  return db.$queryRaw`SELECT 1`.then(
    () => true,
    () => false,
  );
}

/** A database that recovers after a crash, or that starts along with us. */
const START_PATIENCE_MS = 30_000;

/** Runs `work` again for as long as the database is only away, 30 s at most: for what a start cannot do without. */
export async function untilDatabaseAnswers<Result>(
  work: () => Promise<Result>,
  logger: { warn(fields: object, message: string): void },
): Promise<Result> {
  for (const deadline = Date.now() + START_PATIENCE_MS; ; await sleep(500)) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseAway(error) || Date.now() > deadline) throw error;
      logger.warn({ err: error }, 'the database does not answer yet');
    }
  }
}
