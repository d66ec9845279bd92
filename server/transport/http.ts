import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { ADDRESS_HEADER } from '@/server/auth/options';
import type { RedisClients } from '@/server/redis';
import { type ErrorCode, ERRORS } from '@/server/errors';
import type { Deps } from '@/server/trpc';
import { createBrokenRequests, refusal, refuseOn } from './broken-requests';
import { answerCors, METHODS } from './cors';
import { DOCS_PATH, handleDocs } from './docs';
import { answerJson, answerText, readiness } from './health';
import { createOpenApi } from './openapi';
import { handleRest, REST_PATH } from './rest';
import { addressOf, contentSecurityPolicy, newNonce, requestIdOf, SECURITY_HEADERS } from './security';
import { answerMetrics, mayScrape, METRICS_PATH } from './metrics';
import type { SocketIo } from './socket';
import { handleTrpc, TRPC_PATH } from './trpc-http';
import { handleTwilioWebhook, TWILIO_WEBHOOK_PATH } from './twilio-webhook';
import type { TrpcSocket } from './trpc-socket';

/** Next, as a custom server sees it. `upgrades` is the emitter that Next believes to be the server. */
export type Pages = {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  upgrades: EventEmitter;
  dev: boolean;
};

export type HttpServer = { listen(): Promise<void>; close(): Promise<void> };

type Parts = { deps: Deps; redis: RedisClients; pages: Pages; trpcSocket: TrpcSocket; socketIo: SocketIo };

/** null: not an address at all, such as `//`. */
function pathOf({ url = '/' }: IncomingMessage): string | null {
  return URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost').pathname : null;
}

/** Whether the escapes of its path are text: Next answers 500 where they are not (`/chats/%`). */
function isText({ url = '/' }: IncomingMessage): boolean {
  try {
    decodeURIComponent(url.split('?')[0] ?? '');
    return true;
  } catch {
    return false;
  }
}

const refuseUpgrade = (request: IncomingMessage, socket: Duplex, code: ErrorCode) =>
  refuseOn(socket, ERRORS[code].status, refusal(request, code));

const OPENAPI_PATH = `${REST_PATH}/openapi.json`;

const under = (base: string, pathname: string) => pathname === base || pathname.startsWith(`${base}/`);

/** Requests of every kind, and the ONE place where upgrades are told apart. */
export function createHttpServer({ deps, redis, pages, trpcSocket, socketIo }: Parts): HttpServer {
  const { config, logger, db } = deps;
  const openApi = createOpenApi(config);
  let closing = false;

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pathname = pathOf(request);
    // one id for this request, wherever it is told: in the answer, in an error and in the log
    const requestId = requestIdOf(request);
    request.headers['x-request-id'] = requestId;
    response.setHeader('x-request-id', requestId);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    if (pathname === null) return refuse(request, response, 'INVALID_INPUT');
    if (request.url === '*') return answerWhole(request, response);
    if (pathname === '/healthz') return answerJson(response, 200, { status: 'ok' });
    if (pathname === '/readyz') {
      const { ready, checks } = await readiness({ db, redis }, closing);
      return answerJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', checks });
    }
    if (pathname === METRICS_PATH && config.METRICS_TOKEN) {
      if (mayScrape(request, config.METRICS_TOKEN)) return answerMetrics(response, deps.metrics);
      return refuse(request, response, request.headers.authorization ? 'INVALID_TOKEN' : 'TOKEN_REQUIRED');
    }
    if (closing) return refuse(request, response, 'SHUTTING_DOWN');
    if (socketIo.takes(request)) return socketIo.handleRequest(request, response);
    const trpc = under(TRPC_PATH, pathname);
    if (!trpc && !under(REST_PATH, pathname)) {
      if (under(DOCS_PATH, pathname) && (await handleDocs(request, response, pathname))) return;
      return showPage(request, response);
    }
    if (answerCors(request, response, config)) return;
    if (pathname === OPENAPI_PATH) return answerDocument(request, response);
    if (pathname === TWILIO_WEBHOOK_PATH) return handleTwilioWebhook(deps, request, response);
    return trpc ? handleTrpc(deps, request, response) : handleRest(deps, request, response);
  }

  /** `OPTIONS *` asks about the server as a whole; nothing else may be asked of it. */
  function answerWhole(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'OPTIONS') return refuse(request, response, 'INVALID_INPUT');
    response.writeHead(204, { allow: `${METHODS}, OPTIONS` }).end();
  }

  async function answerDocument(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET' || request.method === 'HEAD') return answerText(response, await openApi());
    response.setHeader('allow', 'GET, HEAD, OPTIONS');
    if (request.method !== 'OPTIONS') return refuse(request, response, 'METHOD_NOT_ALLOWED');
    response.writeHead(204).end();
  }

  async function showPage(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isText(request)) return refuse(request, response, 'INVALID_INPUT');
    const nonce = newNonce();
    const policy = contentSecurityPolicy(nonce, pages.dev);
    // Next takes the nonce from the request's own policy; what a caller wrote in these is overwritten
    request.headers['content-security-policy'] = policy;
    request.headers['x-nonce'] = nonce;
    request.headers[ADDRESS_HEADER] = addressOf(request, config);
    response.setHeader('content-security-policy', policy);
    await pages.handle(request, response);
  }

  function refuse(request: IncomingMessage, response: ServerResponse, code: ErrorCode): void {
    answerJson(response, ERRORS[code].status, refusal(request, code));
  }

  const broken = createBrokenRequests();
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    broken.note(request, response);
    route(request, response).catch((error) => {
      logger.error(
        { err: error, path: request.url?.split('?')[0], requestId: request.headers['x-request-id'] },
        'a request failed',
      );
      if (!response.headersSent) refuse(request, response, 'INTERNAL');
      else response.destroy();
    });
  };

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const pathname = pathOf(request) ?? '';
    if (closing) refuseUpgrade(request, socket, 'SHUTTING_DOWN');
    else if (socketIo.takes(request)) socketIo.handleUpgrade(request, socket, head);
    else if (under(TRPC_PATH, pathname)) trpcSocket.handleUpgrade(request, socket, head);
    else if (pages.dev && pathname.startsWith('/_next/')) pages.upgrades.emit('upgrade', request, socket, head);
    else refuseUpgrade(request, socket, 'NOT_FOUND');
  };

  // `localhost` is two addresses, and the snippets of the mission say localhost
  const hosts = config.HOST === 'localhost' ? ['127.0.0.1', '::1'] : [config.HOST];
  const servers: Server[] = [];

  async function listenOn(host: string): Promise<void> {
    const server = createServer(onRequest).on('upgrade', onUpgrade).on('clientError', broken.answer);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(config.PORT, host, resolve);
    });
    server.on('error', (error) => logger.error({ err: error }, 'http server'));
    servers.push(server);
  }

  return {
    async listen() {
      for (const host of hosts) {
        try {
          await listenOn(host);
        } catch (error) {
          // a machine without IPv6
          const missing =
            error instanceof Error &&
            'code' in error &&
            (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT');
          if (!(missing && host === '::1')) throw error;
        }
      }
    },
    async close() {
      closing = true;
      await Promise.all([trpcSocket.close(), socketIo.close()]);
      await Promise.all(
        servers.map((server) => {
          const closed = new Promise<void>((resolve) => server.close(() => resolve()));
          server.closeIdleConnections();
          setTimeout(() => server.closeAllConnections(), 3_000).unref();
          return closed;
        }),
      );
    },
  };
}
