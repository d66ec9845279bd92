import { describe, expect, test } from 'vitest';
import { createLogger } from '@/server/logger';

function capture(level = 'trace') {
  const lines: string[] = [];
  const logger = createLogger(level, { write: (line) => lines.push(line) });
  return { logger, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>, lines };
}

describe('the log', () => {
  test('is JSON lines with a time, at and above its level', () => {
    const { logger, last, lines } = capture('info');
    logger.debug('quiet');
    logger.info({ ownerId: 'o-1', chats: 3 }, 'read in');
    expect(lines).toHaveLength(1);
    expect(last()).toEqual({ level: 30, time: expect.stringMatching(/Z$/), ownerId: 'o-1', chats: 3, msg: 'read in' });
  });

  test('blots out what is private by its name, at two levels', () => {
    const { logger, last } = capture();
    const secrets = {
      text: 'a',
      phone: 'b',
      qrCode: 'c',
      pairingCode: 'd',
      token: 'e',
      password: 'f',
      email: 'g',
      name: 'h',
    };
    logger.info({ ...secrets, message: secrets, headers: { authorization: 'i', cookie: 'j' } }, 'x');
    const { level: _, time: __, msg: ___, ...rest } = last();
    const values = Object.values(rest).flatMap((value) =>
      typeof value === 'object' ? Object.values(value ?? {}) : [value],
    );
    expect(new Set(values)).toEqual(new Set(['[private]']));
  });

  test('tells of an error what it is and why, and nothing that hangs on it', () => {
    const { logger, last, lines } = capture();
    const cause = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (email)=(ana@example.com)' });
    const error = Object.assign(new TypeError('could not', { cause }), {
      client: { secretKey: 42, password: 'p' },
      parameters: ['hola'],
    });
    logger.error({ err: error }, 'x');
    expect(last().err).toEqual({
      type: 'TypeError',
      message: 'could not',
      stack: expect.stringContaining('logger.test.ts'),
      cause: { type: 'Error', code: '23505', message: 'duplicate key', stack: expect.any(String) },
    });
    expect(lines.join()).not.toMatch(/ana@|secretKey|hola|"p"/);
  });

  test('takes what is thrown and is no error, and causes without end', () => {
    const { logger, last, lines } = capture();
    for (const thrown of ['auth timeout', 5, null, undefined, { text: 'hola' }]) logger.error({ err: thrown }, 'x');
    expect(lines.join()).toContain('auth timeout');
    expect(lines.join()).not.toContain('hola');
    const loop = new Error('loop');
    loop.cause = loop;
    logger.error({ err: loop }, 'x');
    expect(last().err).toMatchObject({ cause: { cause: { message: 'loop' } } });
  });
});
