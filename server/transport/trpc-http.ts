import type { IncomingMessage, ServerResponse } from 'node:http';
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import { appRouter } from '@/server/router';
import { type Context, type Deps, describe } from '@/server/trpc';
import { createContext } from './context';

export const TRPC_PATH = '/api/trpc';

/** 4,096 characters of four bytes each, a batch of them, and room. */
const MAX_BODY_BYTES = 256 * 1024;

type Failure = { error: Parameters<typeof describe>[0]; path: string | undefined; ctx: Context | undefined };

/** One `onError` for HTTP and WebSocket: what is not ours is logged with its stack and its request id, and nothing is swallowed. */
export function reportError({ logger }: Deps, { error, path, ctx }: Failure): void {
  const { code, requestId } = describe(error, 'en', ctx?.requestId ?? '');
  if (code === 'INTERNAL') logger.error({ err: error.cause ?? error, path, requestId }, 'a procedure failed');
  else logger.debug({ code, path, requestId }, 'a procedure refused');
}

export function handleTrpc(deps: Deps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const context = createContext(deps, request, null);
  response.setHeader('x-request-id', context.requestId);
  response.setHeader('cache-control', 'no-store');
  return nodeHTTPRequestHandler({
    req: request,
    res: response,
    path: url.pathname.slice(TRPC_PATH.length + 1),
    router: appRouter,
    maxBodySize: MAX_BODY_BYTES,
    createContext: () => context,
    onError: (failure) => reportError(deps, failure),
  });
}
