import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { appRouter } from '@/server/router';
import type { Deps } from '@/server/trpc';
import { createContext } from './context';
import { isAllowedOrigin } from './cors';
import { reportError } from './trpc-http';

/** WebSocket close codes of ours (4000 to 4999 are the application's). */
const SESSION_ENDED = 4401;
/** A peer that does not answer a close is cut off. */
const CLOSE_WITHIN_MS = 500;

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
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: 256 * 1024,
    // CORS is not for WebSockets: what it says of other pages is said here
    verifyClient: ({ req }, answer) => answer(isAllowedOrigin(req, deps.config), 403),
  });
  const known = new WeakSet<WebSocket>();

  const handler = applyWSSHandler({
    wss: server,
    router: appRouter,
    createContext: ({ req, res: socket, info }) => ({
      ...createContext(deps, req, info.connectionParams, (identity) => {
        if (known.has(socket)) return;
        known.add(socket);
        socket.once(
          'close',
          deps.openSockets.add(identity, (why) => end(socket, SESSION_ENDED, why)),
        );
      }),
      // a header of the connection is no key of each call on it
      idempotencyKey: null,
    }),
    onError: (failure) => reportError(deps, failure),
    keepAlive: { enabled: true, pingMs: 20_000, pongWaitMs: 10_000 },
  });

  return {
    handleUpgrade(request, socket, head) {
      server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client, request));
    },
    async close() {
      handler.broadcastReconnectNotification();
      for (const client of server.clients) end(client, 1001, 'server restarts');
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
