import { createTRPCClient, createWSClient, httpBatchLink, splitLink, wsLink } from '@trpc/client';
import superjson from 'superjson';
import { WebSocket } from 'ws';
import type { AppRouter } from './router';

export type { AppRouter };

/**
 * The typed client for other programs on Node: queries and mutations over HTTP, subscriptions over one WebSocket that comes back by
 * itself. `url` is the server's address, such as http://localhost:3000; `token` is read at each request, so it may change.
 * `close` ends the socket.
 */
export function createOmniwpClient(options: { url: string; token?: () => string | null; locale?: 'es' | 'en' }) {
  const { url, token = () => null, locale = 'es' } = options;
  const endpoint = `${url.replace(/\/$/, '')}/api/trpc`;
  const socket = createWSClient({
    url: endpoint.replace(/^http/, 'ws'),
    // Node 20 has no WebSocket of its own
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    connectionParams: () => ({ token: token() ?? undefined, locale }),
    lazy: { enabled: true, closeMs: 10_000 },
  });
  const trpc = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        true: wsLink({ client: socket, transformer: superjson }),
        false: httpBatchLink({
          url: endpoint,
          transformer: superjson,
          maxItems: 100,
          headers: () => ({ 'accept-language': locale, ...(token() && { authorization: `Bearer ${token()}` }) }),
        }),
      }),
    ],
  });
  return { trpc, close: () => socket.close() };
}
