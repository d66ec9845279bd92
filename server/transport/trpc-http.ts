import type { IncomingMessage, ServerResponse } from 'node:http';
import { getTRPCErrorFromUnknown, getTRPCErrorShape, TRPCError, transformTRPCResponse } from '@trpc/server';
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import { ERRORS } from '@/server/errors';
import { isAppError } from '@/server/errors';
import { appRouter } from '@/server/router';
import { type Context, type Deps, describe, requestScope } from '@/server/trpc';
import { createContext } from './context';
import { answerJson } from './health';

export const TRPC_PATH = '/api/trpc';

/** 4,096 characters of four bytes each, a batch of them, and room. */
const MAX_BODY_BYTES = 256 * 1024;
/** Calls in one request; client.ts and the pages keep below it. */
const MAX_BATCH = 100;

type Failure = { error: Parameters<typeof describe>[0]; path: string | undefined; ctx: Context | undefined };

/** One `onError` for HTTP and WebSocket: what is not ours is logged with its stack and its request id, and nothing is swallowed. */
export function reportError({ logger }: Deps, { error, path, ctx }: Failure): void {
  const { code, requestId } = describe(error, 'en', (ctx ?? requestScope.getStore())?.requestId ?? '');
  if (code === 'INTERNAL') logger.error({ err: error.cause ?? error, path, requestId }, 'a procedure failed');
  else if (ERRORS[code].status === 503)
    logger.warn({ err: error.cause, code, path, requestId }, 'a procedure had to refuse');
  else logger.debug({ code, path, requestId }, 'a procedure refused');
}

/** Typed as nested routers, but flat, by path. */
const procedures = appRouter._def.procedures as unknown as Record<string, { _def?: { type: string } } | undefined>;
const isSubscription = (path: string) => procedures[path]?._def?.type === 'subscription';

/** Subscriptions are the WebSocket's. Over HTTP tRPC would answer 200 and tell of the refusal in a stream. */
async function refuseSubscription(deps: Deps, ctx: Context, path: string, response: ServerResponse): Promise<void> {
  const error = await ctx
    .identify()
    .then(() => new TRPCError({ code: 'METHOD_NOT_SUPPORTED' }), getTRPCErrorFromUnknown);
  reportError(deps, { error, path, ctx });
  const config = appRouter._def._config;
  const shape = getTRPCErrorShape({ config, error, type: 'subscription', path, input: undefined, ctx });
  answerJson(response, shape.data.httpStatus, transformTRPCResponse(config, { error: shape }));
}

export function handleTrpc(deps: Deps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const context = createContext(deps, request, null);
  response.setHeader('cache-control', 'no-store');
  const path = url.pathname.slice(TRPC_PATH.length + 1);
  if (isSubscription(path)) return refuseSubscription(deps, context, path, response);
  return requestScope.run(context, () =>
    nodeHTTPRequestHandler({
      req: request,
      res: response,
      path,
      router: appRouter,
      maxBodySize: MAX_BODY_BYTES,
      maxBatchSize: MAX_BATCH,
      createContext: () => context,
      responseMeta: ({ errors }) => {
        const waits = errors.flatMap(({ cause }) => (isAppError(cause) ? [cause.more.retryAfter ?? 0] : []));
        const longest = Math.max(0, ...waits);
        if (longest > 0) context.answerHeaders.set('retry-after', String(longest));
        return { headers: context.answerHeaders };
      },
      onError: (failure) => reportError(deps, failure),
    }),
  );
}
