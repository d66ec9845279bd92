import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashPassword } from '@/server/auth/passwords';
import { ownerIdOfRow } from '@/server/auth/owner-id';
import { createDatabase } from '@/server/db';
import { createBus } from '@/server/events/bus';
import { createLogger, type Logger } from '@/server/logger';
import { createRedis } from '@/server/redis';
import type { EngineFactory } from '@/server/whatsapp/engine';
import { createRegistry } from '@/server/whatsapp/registry';
import { createSessionFiles } from '@/server/whatsapp/session-files';
import { TIMING, type Timing } from '@/server/whatsapp/session-timing';
import { createStatusBoard } from '@/server/whatsapp/status-board';
import type { FaultPoints } from './fault-points';

/** Tests do not wait for minutes. */
const FAST: Timing = { ...TIMING, backoff: [20, 50, 100], seldom: 60_000, drain: 500, steady: 60_000 };

export type TestNode = Awaited<ReturnType<typeof createTestNode>>;

/**
 * One process's worth of the server below HTTP, on a real Postgres and a real Redis, over whatever engine the test brings. Two of
 * them over the same addresses are two processes. `close` ends it in order; `die` is a SIGKILL as the database sees it: the
 * connections are gone, and nothing was released.
 */
export async function createTestNode(options: {
  databaseUrl: string;
  redisUrl: string;
  factory: EngineFactory;
  sessionPath?: string;
  timing?: Partial<Timing>;
  memory?: { budgetMb?: number; idleMs?: number };
  logger?: Logger;
  /** Where it is killed; `die` then is what follows. */
  faults?: FaultPoints;
}) {
  const logger = options.logger ?? createLogger(process.env.TEST_LOG_LEVEL ?? 'silent');
  const nodeId = randomUUID();
  const { faults } = options;
  const { db, pool, close: closeDatabase } = createDatabase(options.databaseUrl, logger);
  faults?.watchPool(pool);
  const redis = createRedis(options.redisUrl, logger);
  // it connects by itself; one that is away is not waited for long
  const ready = once(redis.commands, 'ready', { signal: AbortSignal.timeout(2_000) }).catch(() => {});
  if (redis.commands.status !== 'ready') await ready;
  const bus = await createBus({ url: options.databaseUrl, nodeId, logger });
  const board = createStatusBoard({ db, redis, nodeId, logger });
  const temporary = options.sessionPath ? null : await mkdtemp(join(tmpdir(), 'omniwp-sessions-'));
  const ownFiles = createSessionFiles(options.sessionPath ?? temporary ?? '');
  const files = faults?.watchFiles(ownFiles) ?? ownFiles;
  const registry = createRegistry({
    db,
    bus,
    redis,
    board,
    files,
    nodeId,
    logger,
    factory: options.factory,
    timing: { ...FAST, ...options.timing },
    startConcurrency: 2,
    memory: { budgetMb: 700, ...options.memory },
  });
  let closed = false;

  async function disconnect(): Promise<void> {
    closed = true;
    faults?.cut();
    await bus.close();
    await redis.close();
    // what hangs in a killed one keeps its place for ever
    if (!faults) await closeDatabase();
  }

  return {
    nodeId,
    db,
    pool,
    redis,
    bus,
    board,
    files,
    registry,
    logger,
    async createOwner(name = 'Ana') {
      const user = await db.user.create({
        data: { name, email: `${randomUUID()}@example.com`, passwordHash: await hashPassword('secreto-123') },
      });
      return ownerIdOfRow({ ownerId: user.id });
    },
    async die() {
      await disconnect();
    },
    async close() {
      if (!closed) {
        await registry.stop();
        await disconnect();
      }
      if (temporary) await rm(temporary, { recursive: true, force: true });
    },
  };
}

/** Asks again and again until `check` gives something, 10 s at most; the answer, or an error that says what was waited for. */
export async function eventually<Result>(
  what: string,
  check: () => Promise<Result | null | undefined | false>,
): Promise<Result> {
  const until = Date.now() + 30_000;
  for (;;) {
    const result = await check();
    if (result) return result;
    if (Date.now() > until) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
