import {
  createTRPCClient,
  createWSClient,
  httpBatchLink,
  splitLink,
  type TRPCClient,
  TRPCClientError,
  wsLink,
} from '@trpc/client';
import superjson from 'superjson';
import { WebSocket } from 'ws';
import type { AppErrorData } from './errors';
import type { AppRouter } from './router';

export type { AppErrorData, AppRouter };

export type OmniClientOptions = {
  /** The server's address, such as http://localhost:3000. */
  url: string;
  /** A bearer token; a function is asked at each request and each new connection. */
  token?: string | null | (() => string | null);
  /** The language of messages to people. */
  locale?: 'es' | 'en';
};

export type OmniClient = {
  trpc: TRPCClient<AppRouter>;
  /** Ends the WebSocket, and with it the subscriptions. */
  close(): Promise<void>;
};

/** Calls in one request; the server takes no more. */
const MAX_BATCH = 100;

/**
 * The typed client for other programs on Node: queries and mutations over HTTP, subscriptions over one WebSocket. A connection that
 * drops comes back by itself, and a subscription to `events.follow` goes on after the last event that it saw.
 */
export function createOmniClient({ url, token = null, locale = 'es' }: OmniClientOptions): OmniClient {
  const tokenNow = typeof token === 'function' ? token : () => token;
  const endpoint = `${url.replace(/\/+$/, '')}/api/trpc`;
  const socket = createWSClient({
    url: endpoint.replace(/^http/, 'ws'),
    // Node 20 has no WebSocket of its own
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    connectionParams: () => ({ token: tokenNow() ?? undefined, locale }),
    lazy: { enabled: true, closeMs: 10_000 },
  });
  const headers = () => {
    const shown = tokenNow();
    return { 'accept-language': locale, ...(shown && { authorization: `Bearer ${shown}` }) };
  };
  const trpc = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        true: wsLink({ client: socket, transformer: superjson }),
        false: httpBatchLink({ url: endpoint, transformer: superjson, maxItems: MAX_BATCH, headers }),
      }),
    ],
  });
  return { trpc, close: () => socket.close() };
}

/** Why the server refused a call, with its `code`; null: it was something else, such as no connection. */
export function refusalOf(error: unknown): AppErrorData | null {
  if (!(error instanceof TRPCClientError)) return null;
  const { data } = error as TRPCClientError<AppRouter>;
  return data?.app ?? null;
}
