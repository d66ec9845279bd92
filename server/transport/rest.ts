import type { IncomingMessage, ServerResponse } from 'node:http';
import { callTRPCProcedure } from '@trpc/server';
import { AppError, ERRORS } from '@/server/errors';
import { appRouter } from '@/server/router';
import { codedError, type Context, type Deps, describe } from '@/server/trpc';
import { createContext } from './context';
import { readBody } from './rest-body';
import { inputOf, readQuery } from './rest-input';
import { type Match, matchRoute, type Route } from './rest-routes';
import { reportError } from './trpc-http';

export const REST_PATH = '/api/v1';

type Found = Extract<Match, { kind: 'found' }>;
type Exchange = { deps: Deps; request: IncomingMessage; response: ServerResponse; ctx: Context };

const bodied = ({ method }: Route) => method === 'POST' || method === 'PUT' || method === 'PATCH';

function write({ response, ctx }: Exchange, status: number, body: unknown): void {
  for (const [name, value] of ctx.answerHeaders) response.setHeader(name, value);
  response.setHeader('cache-control', 'no-store');
  if (status === 204) {
    response.writeHead(204).end();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}

/** Whatever was thrown, in the one shape of contract.md. */
function writeError(exchange: Exchange, thrown: unknown, path: string | undefined): void {
  const { deps, ctx } = exchange;
  const error = codedError(thrown);
  reportError(deps, { error, path, ctx });
  const app = describe(error, ctx.locale, ctx.requestId);
  if (app.retryAfter !== undefined) ctx.answerHeaders.set('retry-after', String(app.retryAfter));
  const { code, message, details, requestId, retryAfter } = app;
  write(exchange, ERRORS[code].status, { success: false, error: true, code, message, details, requestId, retryAfter });
}

/** No procedure is called: there is no such route, or it does not take this method, or it was only asked what it takes. */
function refuse(exchange: Exchange, match: Exclude<Match, Found>): void {
  if (match.kind === 'method') exchange.ctx.answerHeaders.set('allow', match.allowed.join(', '));
  if (match.kind === 'method' && exchange.request.method === 'OPTIONS') return write(exchange, 204, undefined);
  writeError(exchange, new AppError(match.kind === 'method' ? 'METHOD_NOT_ALLOWED' : 'NOT_FOUND'), undefined);
}

function statusOf({ status = 200, statusWhen }: Route, output: unknown): number {
  if (!statusWhen || typeof output !== 'object' || output === null) return status;
  return statusWhen.values[String(Reflect.get(output, statusWhen.field))] ?? status;
}

function writeOutput(exchange: Exchange, route: Route, output: unknown): void {
  if (!route.list) return write(exchange, statusOf(route, output), output);
  const { items, total } = output as { items: unknown[]; total: number };
  exchange.ctx.answerHeaders.set('x-total-count', String(total));
  write(exchange, 200, items);
}

/** Who calls is asked before what they say is read. */
async function readInput({ request, ctx }: Exchange, { route, params }: Found): Promise<unknown> {
  if (!route.public) await ctx.identify();
  const given = bodied(route)
    ? await readBody(request)
    : readQuery(route.shape ?? {}, route.oldNames ?? {}, new URL(request.url ?? '/', 'http://localhost').searchParams);
  return inputOf(route, given, params);
}

async function call(exchange: Exchange, match: Found): Promise<unknown> {
  const { ctx, response } = exchange;
  const { procedure, type } = match.route;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const input = await readInput(exchange, match);
  return callTRPCProcedure({
    router: appRouter,
    path: procedure,
    type,
    ctx,
    getRawInput: async () => input,
    signal: gone.signal,
    batchIndex: 0,
  });
}

/** Serves /api/v1 (contract.md): a thin adapter over the procedures that say their route in their meta. */
export async function handleRest(deps: Deps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const exchange: Exchange = { deps, request, response, ctx: createContext(deps, request, null) };
  const path = new URL(request.url ?? '/', 'http://localhost').pathname.slice(REST_PATH.length);
  const match = matchRoute(request.method ?? 'GET', path);
  if (match.kind !== 'found') {
    request.resume();
    return refuse(exchange, match);
  }
  try {
    writeOutput(exchange, match.route, await call(exchange, match));
  } catch (error) {
    writeError(exchange, error, match.route.procedure);
  }
}
