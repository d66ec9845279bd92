import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server } from 'socket.io';
import type { Identity } from '@/server/auth/identity';
import { type AppErrorData, isAppError, localeOf } from '@/server/errors';
import { codedError, type Deps, describe } from '@/server/trpc';
import { createContext } from './context';
import { isAllowedOrigin } from './cors';
import { requestIdOf } from './security';
import { createFeeds } from './socket-feeds';
import { type GuestSocket, receiveGuest, tokenText } from './socket-guest';
import { createSocketMemory } from './socket-memory';
import { reportError } from './trpc-http';

const SOCKET_PATH = '/socket.io/';
/** The root, and what the old product called it. */
const NAMESPACES = ['/', '/api/v1'];
/** A token and a name: nobody says more. */
const MAX_PACKET_BYTES = 16 * 1024;
/** A connection that joins no namespace. */
const JOIN_WITHIN_MS = 10_000;

export type SocketIo = {
  /** Whether a request or an upgrade is for here. */
  takes(request: IncomingMessage): boolean;
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
};

/** The Socket.IO side of contract.md, on the port of everything else. */
export function createSocketIo(deps: Deps): SocketIo {
  const { config } = deps;
  const feeds = createFeeds(deps);
  const memory = createSocketMemory(deps.redis);
  // Socket.IO wants a server to listen on; ours hands on what is for it, and nothing else reaches this one
  const mouth = createServer();
  const io = new Server(mouth, {
    path: SOCKET_PATH,
    destroyUpgrade: false,
    maxHttpBufferSize: MAX_PACKET_BYTES,
    connectTimeout: JOIN_WITHIN_MS,
    allowRequest: (request, answer) => answer('FOREIGN_ORIGIN', isAllowedOrigin(request, config)),
    cors: (request, answer) => answer(null, { origin: isAllowedOrigin(request as IncomingMessage, config) }),
  });

  const refusalOf =
    (request: IncomingMessage, locale = localeOf(request.headers['accept-language'])) =>
    (thrown: unknown): AppErrorData => {
      const error = codedError(thrown);
      const requestId = requestIdOf(request);
      reportError(deps, { error, path: 'socket.io', ctx: undefined });
      return describe(error, locale, requestId);
    };

  /** Whom the handshake itself names; null: nobody yet. Throws only for a token that was shown and is none. */
  async function identifyHandshake({ request, handshake }: GuestSocket): Promise<Identity | null> {
    const { token } = handshake.auth;
    const shown = token !== undefined && token !== null && token !== '';
    const read = tokenText.safeParse(token);
    const { foreignOrigin, identify } = createContext(deps, request, {
      // what is no token at all is refused as one
      token: shown ? (read.data ?? 'none') : undefined,
    });
    try {
      const identity = await identify();
      // a cookie goes along by itself, so it says nothing on a page of another site
      return identity.via === 'cookie' && foreignOrigin ? null : identity;
    } catch (error) {
      // a cookie that is over does not keep anybody from showing a token
      if (!shown && !request.headers.authorization && isAppError(error)) return null;
      throw error;
    }
  }

  /** Notes who it is. Answers with why it may not come in. */
  async function admit(socket: GuestSocket): Promise<Error | undefined> {
    socket.data.locale = localeOf(socket.request.headers['accept-language']);
    socket.data.name = memory.nameOf();
    tellName(socket);
    try {
      socket.data.identity = await identifyHandshake(socket);
      return undefined;
    } catch (error) {
      const { code, message } = refusalOf(socket.request)(error);
      return Object.assign(new Error(code), { data: { code, message } });
    }
  }

  for (const name of NAMESPACES) {
    io.of(name)
      .use(async (socket: GuestSocket, next) => next(await admit(socket)))
      .on('connection', (socket: GuestSocket) => {
        const identifyBy = (token: string) => createContext(deps, socket.request, { token }).identify();
        receiveGuest(socket, { deps, feeds, memory, identifyBy, refusalOf: refusalOf(socket.request) });
      });
  }

  return {
    takes: ({ url }) => url?.startsWith(SOCKET_PATH) ?? false,
    handleRequest: (request, response) => void mouth.emit('request', request, response),
    handleUpgrade: (request, socket, head) => void mouth.emit('upgrade', request, socket, head),
    async close() {
      feeds.close();
      // clients see the transport close, and look for a server again
      await io.close();
    },
  };
}

/**
 * A client of Socket.IO keeps the `pid` of the greeting and shows it as `auth.pid` when it comes back. It is part of connection state
 * recovery, which we leave off: its packets are kept in one process, and each of our sockets is told how things are.
 */
function tellName(socket: GuestSocket): void {
  Object.assign(socket, { pid: socket.data.name });
}
