import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { createLoginLimit } from '@/server/auth/login-limit';
import { createOpenSockets } from '@/server/auth/open-sockets';
import { createAuthSessions } from '@/server/auth/sessions';
import { createChannels } from '@/server/channels/channels';
import { createOmniClient } from '@/server/client';
import { type Config, parseConfig } from '@/server/config';
import { createOnce } from '@/server/idempotency/once';
import { createHandlers } from '@/server/jobs/handlers';
import { createWorker } from '@/server/jobs/worker';
import { createLimits } from '@/server/limits/limits';
import type { Logger } from '@/server/logger';
import { createMetrics } from '@/server/metrics';
import { recheckWhenLinksChange } from '@/server/messages/recheck';
import { createHttpServer, type Pages } from '@/server/transport/http';
import { createSocketIo } from '@/server/transport/socket';
import { createTrpcSocket } from '@/server/transport/trpc-socket';
import type { Deps } from '@/server/trpc';
import { createFakeNetwork, type FakeNetwork } from './fake-engine';
import { freePort } from './free-port';
import { NO_LIMITS } from './no-limits';
import { createTestNode, eventually } from './node';
import { callRest, type RestOptions } from './rest';
import { type CallOptions, callOverHttp, openWire } from './wire';

export const PASSWORD = 'secreto-123';
export const JWT_SECRET = 'Zq7-uX2.kM9_vB4!tR8~wN3(pL6)cH1*';

/** Next's part is tried end to end elsewhere: here a page shows what the server handed to Next. */
const pages: Pages = {
  async handle(request, response) {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(JSON.stringify(request.headers));
  },
  upgrades: new EventEmitter(),
  dev: false,
};

type Trpc = ReturnType<typeof createOmniClient>['trpc'];

export type TestApp = Awaited<ReturnType<typeof createTestApp>>;
/** One who has registered; `client` has their bearer token. */
export type Owner = { token: string; ownerId: string; email: string; client: Trpc };

/**
 * The server in this process, over HTTP and WebSocket on a free port of its own, on a real Postgres and a real Redis, with engines
 * of the fake network. `env`: variables that differ from a development server's.
 */
export async function createTestApp(options: {
  databaseUrl: string;
  redisUrl: string;
  env?: Record<string, string>;
  network?: FakeNetwork;
  /** Of another one that came before it. */
  sessionPath?: string;
  /** How long providers may take. */
  timeoutMs?: number;
  logger?: Logger;
}) {
  const network = options.network ?? createFakeNetwork();
  const config: Config = parseConfig({
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: String(await freePort()),
    JWT_SECRET,
    REGISTRATION: 'open',
    ...NO_LIMITS,
    ...options.env,
  });
  const { databaseUrl, redisUrl } = options;
  const node = await createTestNode({
    databaseUrl,
    redisUrl,
    factory: network.factory,
    ...(options.sessionPath && { sessionPath: options.sessionPath }),
    ...(options.logger && { logger: options.logger }),
  });
  const { db, bus, logger, registry, redis } = node;
  const authSessions = createAuthSessions({ db, lifetimeSeconds: config.JWT_EXPIRES_IN });
  const openSockets = createOpenSockets({ bus, authSessions, logger });
  const channels = await createChannels({
    db,
    config,
    registry,
    ...(options.timeoutMs && { timeoutMs: options.timeoutMs }),
  });
  const metrics = createMetrics();
  const deps: Deps = {
    config,
    db,
    bus,
    redis,
    logger,
    metrics,
    authSessions,
    openSockets,
    loginLimit: createLoginLimit(redis, config),
    limits: createLimits({ redis, config, logger, metrics }),
    registry,
    channels,
    once: createOnce({ db, nodeId: node.nodeId, logger }),
  };
  const worker = await createWorker({
    pool: node.pool,
    nodeId: node.nodeId,
    logger,
    handlers: createHandlers({ db, bus, config, channels, logger }),
  });
  const stopRechecking = recheckWhenLinksChange({ db, bus, logger });
  const sockets = { trpcSocket: createTrpcSocket(deps), socketIo: createSocketIo(deps) };
  const http = createHttpServer({ deps, redis, pages, ...sockets });
  await http.listen();
  const url = `http://127.0.0.1:${config.PORT}`;
  const clients: { close(): unknown }[] = [];

  function client(token: string | null, locale: 'es' | 'en' = 'es'): Trpc {
    const made = createOmniClient({ url, token: () => token, locale });
    clients.push(made);
    return made.trpc;
  }

  const wire = async (more: Parameters<typeof openWire>[1] = {}) => {
    const made = await openWire(url, more);
    clients.push(made);
    return made;
  };

  async function register(name: string, email = `${randomUUID()}@example.com`): Promise<Owner> {
    const { token, user } = await client(null).auth.register.mutate({ name, email, password: PASSWORD });
    return { token, ownerId: user.id, email: user.email, client: client(token) };
  }

  let serving = true;
  async function stopServing(): Promise<void> {
    if (!serving) return;
    serving = false;
    for (const made of clients) made.close();
    await http.close();
    openSockets.close();
    stopRechecking();
    await worker.stop();
  }

  return {
    url,
    config,
    node,
    network,
    deps,
    http,
    client,
    register,
    wire,
    call: (path: string, more?: CallOptions) => callOverHttp(url, path, more),
    /** `POST /auth/login`, below /api/v1. */
    rest: (route: string, more?: RestOptions) => callRest(url, route, more),

    /** Links a phone of the network to an owner and waits until its chats are read in. */
    async link(owner: Owner, phone: string, name: string) {
      const { qrCode } = await owner.client.whatsapp.connect.mutate();
      const device = network.phone(phone, name);
      if (!device.scan(qrCode ?? '')) throw new Error('nobody shows that QR');
      await eventually(`${name} connected and read in`, async () =>
        db.whatsappSession.findFirst({ where: { ownerId: owner.ownerId, syncedPhone: phone } }),
      );
      return device;
    },

    async close() {
      await stopServing();
      await node.close();
    },

    /** A SIGKILL as the database sees it, in a moment in which no job is being done; `close` tidies up after it. */
    async die() {
      await stopServing();
      await node.die();
    },
  };
}
