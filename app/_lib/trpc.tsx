'use client';

import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createTRPCClient, createWSClient, httpBatchLink, httpLink, splitLink, wsLink } from '@trpc/client';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import { type ReactNode, useState } from 'react';
import superjson from 'superjson';
import { isPassing, isSignedOut } from '@/app/_lib/app-error';
import { connection } from '@/app/_lib/connection';
import { loginPath } from '@/app/_lib/next-path';
import { serverClock } from '@/app/_lib/server-clock';
import type { AppRouter } from '@/server/router';

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

const PATH = '/api/trpc';

let signingOut = false;

/** From now on a 401 is what was asked for, and who signs out decides where to go. */
export function expectSignOut(): void {
  signingOut = true;
}

/** Leaves for the login page, which comes back here, when `error` says that nobody is signed in. */
export function leaveIfSignedOut(error: unknown): boolean {
  if (!isSignedOut(error)) return false;
  const { pathname, search } = window.location;
  const there = ['/login', '/register', '/reset'].includes(pathname);
  if (!there && !signingOut) window.location.assign(loginPath(pathname + search));
  return true;
}

function createQueryClient(): QueryClient {
  const onError = (error: unknown) => {
    leaveIfSignedOut(error);
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: { staleTime: 15_000, networkMode: 'always', retry: (count, error) => count < 2 && isPassing(error) },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

const timedFetch: typeof fetch = async (input, init) => {
  const answer = await fetch(input, init);
  serverClock.observe(answer.headers.get('date'));
  return answer;
};

/** The page's language, in which the server words its errors: read at each request, since it can be switched. */
const language = () => document.documentElement.lang.slice(0, 2) || 'es';

function createApi() {
  const headers = () => ({ 'accept-language': language() });
  const http = { url: PATH, transformer: superjson, headers, fetch: timedFetch };
  const query = httpBatchLink(http);
  // A mutation travels alone: asking for a QR may take 25 s, and nothing else should wait for it.
  const mutation = httpLink(http);
  const request = splitLink({ condition: ({ type }) => type === 'mutation', true: mutation, false: query });
  if (typeof window === 'undefined') return createTRPCClient<AppRouter>({ links: [request] });
  const socket = createWSClient({
    url: `${window.location.protocol === 'https:' ? 'wss' : 'ws'}://${window.location.host}${PATH}`,
    // Opens with the first subscription, so the login page makes none.
    lazy: { enabled: true, closeMs: 2_000 },
    connectionParams: () => ({ locale: language() }),
    keepAlive: { enabled: true, intervalMs: 15_000, pongTimeoutMs: 5_000 },
    retryDelayMs: (attempt) => Math.min(250 * 2 ** attempt, 5_000),
    onOpen: connection.opened,
    onClose: connection.closed,
  });
  const subscription = wsLink({ client: socket, transformer: superjson });
  return createTRPCClient<AppRouter>({
    links: [splitLink({ condition: ({ type }) => type === 'subscription', true: subscription, false: request })],
  });
}

/** The way to the server for everything below it, and the cache of what it answered. */
export function ApiProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  const [api] = useState(createApi);
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={api} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
