import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { AppError, ERRORS, isAppError, localeOf } from '@/server/errors';

describe('the table of errors', () => {
  test('has two languages for each, and tRPC’s code agrees with the HTTP status', () => {
    for (const [code, { status, trpc, es, en }] of Object.entries(ERRORS)) {
      expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(es.length, code).toBeGreaterThan(5);
      expect(en.length, code).toBeGreaterThan(5);
      expect(es, code).not.toBe(en);
      expect(`${es}${en}`, code).toMatch(/\.$/);
      expect(getHTTPStatusCodeFromError(new TRPCError({ code: trpc })), code).toBe(status);
    }
  });

  test('has the codes of the contract with their statuses', () => {
    const statuses = Object.fromEntries(Object.entries(ERRORS).map(([code, { status }]) => [code, status]));
    expect(statuses).toMatchObject({
      INVALID_INPUT: 400,
      TOKEN_REQUIRED: 401,
      INVALID_TOKEN: 401,
      TOKEN_EXPIRED: 401,
      USER_NOT_FOUND: 401,
      INVALID_CREDENTIALS: 401,
      EMAIL_ALREADY_EXISTS: 409,
      WHATSAPP_NOT_CONNECTED: 409,
      NO_WHATSAPP_SESSION: 404,
      NUMBER_NOT_ON_WHATSAPP: 422,
      PAYLOAD_TOO_LARGE: 413,
      TOO_MANY_ATTEMPTS: 429,
      SHUTTING_DOWN: 503,
      INTERNAL: 500,
    });
  });
});

describe('an AppError', () => {
  test('is told by its name and code, also when another copy of the module made it', () => {
    const other = Object.assign(new Error('CHAT_NOT_FOUND'), { name: 'AppError', code: 'CHAT_NOT_FOUND', more: {} });
    for (const error of [new AppError('CHAT_NOT_FOUND'), other]) {
      expect(isAppError(error)).toBe(true);
      expect(isAppError(error, 'CHAT_NOT_FOUND')).toBe(true);
      expect(isAppError(error, 'NOT_FOUND')).toBe(false);
    }
    const strangers = [
      new Error('CHAT_NOT_FOUND'),
      Object.assign(new Error('x'), { name: 'AppError', code: 'NOTHING' }),
      Object.assign(new Error('x'), { code: 'CHAT_NOT_FOUND' }),
      { name: 'AppError', code: 'CHAT_NOT_FOUND' },
      'CHAT_NOT_FOUND',
      null,
      undefined,
    ];
    for (const stranger of strangers) expect(isAppError(stranger)).toBe(false);
  });

  test('keeps its cause', () => {
    const cause = new Error('why');
    expect(new AppError('INTERNAL', { cause }).cause).toBe(cause);
  });
});

test('the language is Spanish unless English is preferred', () => {
  const spanish = [
    undefined,
    null,
    '',
    '*',
    'fr',
    'es-AR',
    'es, en',
    'en;q=0.5, es;q=0.9',
    'de, es;q=0.1',
    'x'.repeat(500),
    ';;q=',
    'en;q=x, es',
    'en;q=0',
  ];
  const english = ['en', 'en-GB,en;q=0.9', 'EN', 'fr, en;q=0.2', 'en, es', 'es;q=0.1, en;q=0.2'];
  for (const header of spanish) expect(localeOf(header), String(header)).toBe('es');
  for (const header of english) expect(localeOf(header), header).toBe('en');
});
