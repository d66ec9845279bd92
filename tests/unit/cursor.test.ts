import { describe, expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from '@/server/chats/cursor';

const POSITION = /^\d{1,18}$/;

describe('a cursor', () => {
  test('leads back to the place it was made of', () => {
    for (const place of [
      { at: new Date('2026-11-24T15:00:00.123Z'), tie: '42' },
      { at: new Date('1970-01-01T00:00:00.000Z'), tie: '9'.repeat(18) },
      { at: new Date('2999-12-31T23:59:59.999Z'), tie: '0' },
    ]) {
      const cursor = encodeCursor(place);
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(decodeCursor(cursor, POSITION)).toEqual(place);
    }
  });

  test('that we did not make is refused before it reaches the database', () => {
    const made = (text: string) => Buffer.from(text).toString('base64url');
    const good = encodeCursor({ at: new Date('2026-11-24T15:00:00.000Z'), tie: '1' });
    const bad = [
      '',
      'x',
      `${good}=`,
      ` ${good}`,
      good.slice(0, -2),
      made('2026-11-24T15:00:00.000Z'),
      made('2026-11-24T15:00:00.000Z x'),
      made('2026-11-24T15:00:00.000Z 1 2'),
      made('2026-11-24 1'),
      made('2026-11-24T15:00:00Z 1'),
      made('2026-13-45T15:00:00.000Z 1'),
      made('24 Nov 2026 1'),
      made('0000-01-01T00:00:00.000Z 1'),
      made('-271821-04-20T00:00:00.000Z 1'),
      made('+275760-09-13T00:00:00.000Z 1'),
      made(`2026-11-24T15:00:00.000Z ${'9'.repeat(19)}`),
      made('2026-11-24T15:00:00.000Z 1\u0000'),
    ];
    for (const cursor of bad) {
      expect(() => decodeCursor(cursor, POSITION), cursor).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT', more: { fields: ['cursor'] } }),
      );
    }
  });
});
