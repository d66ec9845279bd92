import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Config } from '@/server/config';

/** A caller's own id for its request, if it is a harmless one, else ours. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w-]{1,100}$/.test(given) ? given : randomUUID();
}

/** The caller's address; what a proxy says counts only with TRUST_PROXY, and then its own entry, the last. */
export function addressOf(request: IncomingMessage, config: Pick<Config, 'TRUST_PROXY'>): string {
  const forwarded = request.headers['x-forwarded-for'];
  const last = String(forwarded ?? '')
    .split(',')
    .at(-1)
    ?.trim();
  return (config.TRUST_PROXY && last) || request.socket.remoteAddress || 'unknown';
}

/**
 * Whether a page of another site sent this: browsers name the page's origin on every write and every WebSocket. Ours are
 * PUBLIC_URL and whatever host the browser itself asked for (localhost and 127.0.0.1 are both us). Programs send none.
 */
export function isForeign(request: IncomingMessage, config: Pick<Config, 'publicUrl'>): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return request.headers['sec-fetch-site'] === 'cross-site';
  if (origin === new URL(config.publicUrl).origin) return false;
  if (!URL.canParse(origin)) return true;
  const page = new URL(origin);
  return page.host !== host && !isSameMachine(page, host);
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** localhost:3000 and 127.0.0.1:3000 are one server, and two hosts for a browser. */
function isSameMachine(page: URL, host: string | undefined): boolean {
  const asked = `${page.protocol}//${host}`;
  if (!host || !URL.canParse(asked)) return false;
  const { hostname, port } = new URL(asked);
  return LOOPBACK.has(page.hostname) && LOOPBACK.has(hostname) && page.port === port;
}

export function newNonce(): string {
  return randomBytes(16).toString('base64');
}

/** No script without this answer's nonce; nothing from elsewhere; never in a frame. Next's dev mode needs eval. */
export function contentSecurityPolicy(nonce: string, dev: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self' ws: wss:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'x-frame-options': 'DENY',
} as const;
