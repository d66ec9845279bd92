import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from '@/server/config';
import { isForeign } from './security';

/** What the server takes, at one address or another. */
export const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS = 'authorization, content-type, accept-language, idempotency-key, prefer, x-request-id';
const ANSWER_HEADERS =
  'x-request-id, x-total-count, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset, ratelimit-policy, idempotency-replayed';

/** Whether a page of this origin may call the API and hear the answer: ours, and those of CORS_ORIGINS. */
export function isAllowedOrigin(request: IncomingMessage, config: Pick<Config, 'publicUrl' | 'CORS_ORIGINS'>): boolean {
  const { origin } = request.headers;
  return origin === undefined || config.CORS_ORIGINS.includes(origin) || !isForeign(request, config);
}

/**
 * Lets pages of allowed origins hear the answer. They show a bearer token; the dashboard's cookie is never for them, so credentials
 * are not allowed. Answers preflights by itself, and says so.
 */
export function answerCors(request: IncomingMessage, response: ServerResponse, config: Config): boolean {
  const { origin } = request.headers;
  response.setHeader('vary', 'origin');
  const allowed = origin !== undefined && isAllowedOrigin(request, config);
  if (allowed) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', ANSWER_HEADERS);
  }
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return false;
  if (allowed) {
    response.setHeader('access-control-allow-methods', METHODS);
    response.setHeader('access-control-allow-headers', REQUEST_HEADERS);
    response.setHeader('access-control-max-age', '7200');
  }
  request.resume();
  response.writeHead(204).end();
  return true;
}
