import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Identity } from '@/server/auth/identity';
import { appRouter } from '@/server/router';
import type { Deps } from '@/server/trpc';
import { createContext } from './context';
import { reportError } from './trpc-http';

/** WebSocket close codes of ours (4000 to 4999 are the application's). */
const SESSION_ENDED = 4401;
/** A peer that does not answer a close is cut off. */
const CLOSE_WITHIN_MS = 500;
const CHECK_SESSIONS_EVERY_MS = 20_000;
const CHECK_EXPIRY_EVERY_MS = 500;

export type TrpcSocket = {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
};

/** Nothing that still comes in is heard, and the socket is gone within half a second whatever the peer does. */
function end(socket: WebSocket, code: number, reason: string): void {
  socket.removeAllListeners('message');
  socket.close(code, reason);
  setTimeout(() => socket.terminate(), CLOSE_WITHIN_MS).unref();
}

/** tRPC over WebSocket. A socket lives no longer than the sign-in it came with. */
export function createTrpcSocket(deps: Deps): TrpcSocket {
  const { authSessions, logger } = deps;
  const server = new WebSocketServer({ noServer: true, maxPayload: 256 * 1024 });
  const identities = new Map<WebSocket, Identity>();

  const handler = applyWSSHandler({
    wss: server,
    router: appRouter,
    createContext: ({ req, res: socket, info }) =>
      createContext(deps, req, info.connectionParams, (identity) => {
        identities.set(socket, identity);
        socket.once('close', () => identities.delete(socket));
      }),
    onError: (failure) => reportError(deps, failure),
    keepAlive: { enabled: true, pingMs: 20_000, pongWaitMs: 10_000 },
  });

  const endSession = (sessionId: string) => {
    for (const [socket, identity] of identities) {
      if (identity.sessionId === sessionId) end(socket, SESSION_ENDED, 'session ended');
    }
  };
  const stopHearing = authSessions.onEnded(endSession);

  const expiring = setInterval(() => {
    const now = new Date();
    for (const [socket, identity] of identities) {
      if (identity.expiresAt <= now) end(socket, SESSION_ENDED, 'session expired');
    }
  }, CHECK_EXPIRY_EVERY_MS);

  // the second wall: a sign-in whose end was not heard, or an account that was disabled
  const checking = setInterval(async () => {
    const sessionIds = new Set([...identities.values()].map(({ sessionId }) => sessionId));
    for (const sessionId of sessionIds) {
      try {
        if (!(await authSessions.findLive(sessionId))) endSession(sessionId);
      } catch (error) {
        logger.warn({ err: error }, 'open sockets could not be checked');
        return;
      }
    }
  }, CHECK_SESSIONS_EVERY_MS);

  return {
    handleUpgrade(request, socket, head) {
      server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client, request));
    },
    async close() {
      clearInterval(expiring);
      clearInterval(checking);
      stopHearing();
      handler.broadcastReconnectNotification();
      for (const client of server.clients) end(client, 1001, 'server restarts');
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
