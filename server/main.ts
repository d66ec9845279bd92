import { randomUUID } from 'node:crypto';
import { login } from '@/server/auth/accounts';
import { cookieNames } from '@/server/auth/cookies';
import { publishLiveAuth } from '@/server/auth/live';
import { createLoginLimit } from '@/server/auth/login-limit';
import { createOpenSockets } from '@/server/auth/open-sockets';
import { createAuthSessions } from '@/server/auth/sessions';
import { createChannels } from '@/server/channels/channels';
import { type Config, exportForNextAuth, readConfig } from '@/server/config';
import { createDatabase, untilDatabaseAnswers } from '@/server/db';
import { createEmbeddedPostgres } from '@/server/embedded/postgres';
import { createEmbeddedRedis } from '@/server/embedded/redis';
import { createBus } from '@/server/events/bus';
import { createOnce } from '@/server/idempotency/once';
import { createHandlers } from '@/server/jobs/handlers';
import { prepareJobs } from '@/server/jobs/prepare';
import { createWorker } from '@/server/jobs/worker';
import { createLimits } from '@/server/limits/limits';
import { createLogger, type Logger } from '@/server/logger';
import { createMetrics } from '@/server/metrics';
import { recheckWhenLinksChange } from '@/server/messages/recheck';
import { migrate } from '@/server/migrate';
import { createPages } from '@/server/pages';
import { createRedis } from '@/server/redis';
import { createShutdown } from '@/server/shutdown';
import { createHttpServer } from '@/server/transport/http';
import { createSocketIo } from '@/server/transport/socket';
import { createTrpcSocket } from '@/server/transport/trpc-socket';
import type { Deps } from '@/server/trpc';
import { createEngineFactory } from '@/server/whatsapp/engine-factory';
import { createRegistry } from '@/server/whatsapp/registry';
import { createSessionFiles } from '@/server/whatsapp/session-files';
import { TIMING } from '@/server/whatsapp/session-timing';
import { createStatusBoard } from '@/server/whatsapp/status-board';
import { isLibraryRejection } from '@/server/whatsapp/wwebjs-rejections';

/** The composition root: builds everything, listens, and ends it in order. The only module that does something when imported. */

type Shutdown = ReturnType<typeof createShutdown>;

async function openStores(config: Config, logger: Logger, shutdown: Shutdown) {
  const embedded = { dataDir: config.DATA_DIR, logger };
  let databaseUrl = config.DATABASE_URL;
  if (!databaseUrl) {
    const postgres = await createEmbeddedPostgres(embedded);
    shutdown.onEnd('embedded postgres', postgres.stop);
    databaseUrl = postgres.url;
  }
  let redisUrl = config.REDIS_URL;
  if (!redisUrl) {
    const server = await createEmbeddedRedis(embedded);
    shutdown.onEnd('embedded redis', server.stop);
    redisUrl = server.url;
  }
  const url = databaseUrl;
  await untilDatabaseAnswers(() => migrate({ url, logger }), logger);
  const database = createDatabase(url, logger);
  shutdown.onEnd('database', database.close);
  await untilDatabaseAnswers(() => prepareJobs({ pool: database.pool, logger }), logger);
  const redis = createRedis(redisUrl, logger);
  shutdown.onEnd('redis', redis.close);
  return { databaseUrl: url, db: database.db, pool: database.pool, redis };
}

async function start(config: Config, logger: Logger, shutdown: Shutdown): Promise<void> {
  const nodeId = randomUUID();
  const { databaseUrl, db, pool, redis } = await openStores(config, logger, shutdown);
  const bus = await untilDatabaseAnswers(() => createBus({ url: databaseUrl, nodeId, logger }), logger);
  shutdown.onEnd('bell', bus.close);

  const authSessions = createAuthSessions({ db, lifetimeSeconds: config.JWT_EXPIRES_IN });
  const openSockets = createOpenSockets({ bus, authSessions, logger });
  shutdown.onEnd('open sockets', async () => openSockets.close());
  const loginLimit = createLoginLimit(redis, config);
  const files = createSessionFiles(config.WHATSAPP_SESSION_PATH);
  await files.prepare();
  const registry = createRegistry({
    db,
    bus,
    redis,
    nodeId,
    logger,
    files,
    board: createStatusBoard({ db, redis, nodeId, logger }),
    factory: await createEngineFactory(config, files.root, logger),
    timing: { ...TIMING, pairing: config.WHATSAPP_PAIRING_MINUTES * 60_000 },
    startConcurrency: config.WHATSAPP_START_CONCURRENCY,
    memory: { budgetMb: config.WHATSAPP_MEMORY_BUDGET_MB },
  });
  const metrics = createMetrics();
  const limits = createLimits({ redis, config, logger, metrics });
  const channels = await createChannels({ db, config, registry });
  const once = createOnce({ db, nodeId, logger });
  const deps: Deps = {
    config,
    db,
    bus,
    redis,
    logger,
    metrics,
    authSessions,
    openSockets,
    loginLimit,
    limits,
    registry,
    channels,
    once,
  };

  const cookies = cookieNames(config);
  publishLiveAuth({
    async login(input) {
      const user = await login({ db, loginLimit }, input);
      return { user, sessionId: (await authSessions.create(user.id)).id };
    },
    isLive: async (sessionId) => (await authSessions.findLive(sessionId)) !== null,
    end: authSessions.end,
    secret: config.JWT_SECRET,
    lifetimeSeconds: config.JWT_EXPIRES_IN,
    cookiePrefix: cookies.prefix,
    secureCookies: cookies.secure,
  });

  const pages = await createPages(config);
  shutdown.onEnd('pages', pages.close);
  shutdown.onEnd('sessions', registry.stop);
  const handlers = createHandlers({ db, bus, config, channels, logger });
  const worker = await untilDatabaseAnswers(() => createWorker({ pool, nodeId, logger, handlers }), logger);
  shutdown.onEnd('jobs', worker.stop);
  const stopRechecking = recheckWhenLinksChange({ db, bus, logger });
  shutdown.onEnd('looking at what waits', async () => stopRechecking());
  const sockets = { trpcSocket: createTrpcSocket(deps), socketIo: createSocketIo(deps) };
  const http = createHttpServer({ deps, redis, pages, ...sockets });
  shutdown.onEnd('http', http.close);
  await http.listen();
  if (config.WHATSAPP_WEB_ENABLED) await registry.start();
  logger.info({ url: config.publicUrl, port: config.PORT }, 'listening');
}

const config = (() => {
  try {
    return readConfig();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
})();
const logger = createLogger(config.LOG_LEVEL);
const shutdown = createShutdown(logger);
shutdown.handleSignals();
exportForNextAuth(config);

// whatsapp-web.js leaves rejections of its own unhandled when a browser dies; they must not end everybody's sessions. Any other
// unhandled error ends the process, in order.
const onUnhandled = (error: unknown) => {
  if (isLibraryRejection(error)) return logger.warn({ err: error }, 'the WhatsApp library left a rejection unhandled');
  logger.fatal({ err: error }, 'an unhandled error');
  void shutdown.exit(1);
};
process.on('unhandledRejection', onUnhandled);
process.on('uncaughtException', onUnhandled);

start(config, logger, shutdown).catch((error) => {
  // what a person must do stands in the message; the stack is for the log
  process.stderr.write(`OmniWP could not start: ${error instanceof Error ? error.message : String(error)}\n`);
  logger.fatal({ err: error }, 'could not start');
  void shutdown.exit(1);
});
