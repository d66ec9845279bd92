import { type ErrorCode, ERRORS } from '@/server/errors';
import type { Route } from './rest-routes';

/** The errors of a route, as responses of the OpenAPI document. */

const EVERY: readonly ErrorCode[] = ['INTERNAL', 'DATABASE_UNAVAILABLE', 'SHUTTING_DOWN'];
const CREDENTIAL: readonly ErrorCode[] = [
  'TOKEN_REQUIRED',
  'INVALID_TOKEN',
  'TOKEN_EXPIRED',
  'USER_NOT_FOUND',
  'FOREIGN_ORIGIN',
];
const BODY: readonly ErrorCode[] = ['INVALID_INPUT', 'INVALID_JSON', 'PAYLOAD_TOO_LARGE'];

function codesOf(route: Route): ErrorCode[] {
  const bodied = route.method !== 'GET' && route.method !== 'DELETE';
  const codes = new Set<ErrorCode>([
    ...(route.shape ? (['INVALID_INPUT'] as const) : []),
    ...(bodied ? BODY : []),
    ...(route.public ? [] : CREDENTIAL),
    ...(route.sends ? (['IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_KEY_BUSY'] as const) : []),
    ...(route.errors ?? []),
    ...(route.counted ? (['RATE_LIMITED'] as const) : []),
    ...EVERY,
  ]);
  return [...codes];
}

const header = (name: string) => ({ $ref: `#/components/headers/${name}` });

/** Told with every answer that counts under a limit. */
export const RATE_HEADERS = {
  'RateLimit-Limit': header('RateLimit-Limit'),
  'RateLimit-Remaining': header('RateLimit-Remaining'),
  'RateLimit-Reset': header('RateLimit-Reset'),
  'RateLimit-Policy': header('RateLimit-Policy'),
};

/** What passes by itself, and says when. */
const SAYS_WHEN = new Set<string>(['RATE_LIMITED', 'TOO_MANY_ATTEMPTS', 'IDEMPOTENCY_KEY_BUSY'] satisfies ErrorCode[]);

/** The route's error responses by status, each with an example for every code that it may have. */
export const errorResponses = (route: Route): Record<string, object> => responsesOf(codesOf(route));

export function responsesOf(all: readonly ErrorCode[]): Record<string, object> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of all) {
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const entries = [...byStatus].map(([status, codes]): [string, object] => [
    String(status),
    {
      description: codes.map((code) => `\`${code}\`: ${ERRORS[code].en}`).join('\n\n'),
      headers: {
        'X-Request-Id': header('X-Request-Id'),
        ...(codes.some((code) => SAYS_WHEN.has(code)) && { 'Retry-After': header('Retry-After') }),
        ...(status === 429 && RATE_HEADERS),
      },
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/Error' },
          examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
        },
      },
    },
  ]);
  return Object.fromEntries(entries.toSorted(([a], [b]) => a.localeCompare(b)));
}

/** Which fields are at fault is told with these at the least. */
const DETAILS: Record<string, object> = {
  INVALID_INPUT: { details: [{ field: 'phone', message: 'Hace falta.' }] },
  INVALID_PHONE: { details: [{ field: 'phone', message: ERRORS.INVALID_PHONE.es }] },
};

/** One example for each code of the table. */
export function errorExamples(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(ERRORS).map(([code, { es, en }]) => [
      code,
      {
        summary: en,
        value: {
          success: false,
          error: true,
          code,
          message: es,
          ...DETAILS[code],
          requestId: '0d6a4b0c-5f5e-4c57-9a3a-1f3f0a2b7c11',
          ...(SAYS_WHEN.has(code) && { retryAfter: 42 }),
        },
      },
    ]),
  );
}

/** The one shape of every error. */
export const ERROR_SCHEMA = {
  type: 'object',
  required: ['success', 'error', 'code', 'message', 'requestId'],
  properties: {
    success: { const: false },
    error: { const: true },
    code: { type: 'string', enum: Object.keys(ERRORS), description: 'What happened, for programs.' },
    message: { type: 'string', description: 'The same for people, in the language of Accept-Language.' },
    details: {
      type: 'array',
      description: 'Which fields were at fault.',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
    requestId: { type: 'string', description: 'The same as X-Request-Id: what to look for in the log.' },
    retryAfter: { type: 'integer', description: 'Seconds to wait, the same as Retry-After.' },
  },
};
