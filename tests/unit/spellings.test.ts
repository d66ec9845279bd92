import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePhone } from '@/server/chats/phone-number';
import { otherSpelling } from '@/server/clients/spellings';
import { isAppError } from '@/server/errors';
import { asLike, fold, phoneDigits } from '@/server/text/search';

describe('the other spelling of a number', () => {
  const pairs: [string, string][] = [
    ['+5491123456789', '+541123456789'],
    ['+5492211234567', '+542211234567'],
    ['+5215512345678', '+525512345678'],
  ];
  for (const [long, short] of pairs) {
    test(`${long} and ${short}`, () => {
      expect(otherSpelling(long)).toBe(short);
      expect(otherSpelling(short)).toBe(long);
    });
  }

  test('of other countries, and of numbers too short or too long, there is none', () => {
    for (const phone of [
      '+34612345678',
      '+14155552671',
      '+5511987654321',
      '+54112345678',
      '+549112345678901',
      '+549',
    ]) {
      expect(otherSpelling(phone), phone).toBeNull();
    }
  });

  test('leads back, whatever the digits', () => {
    const digits = fc
      .array(fc.integer({ min: 0, max: 9 }), { minLength: 10, maxLength: 10 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(fc.constantFrom('+549', '+521'), digits, (prefix, rest) => {
        const short = otherSpelling(`${prefix}${rest}`);
        expect(short).toBe(`${prefix.slice(0, 3)}${rest}`);
        const back = otherSpelling(short ?? '');
        expect([null, `${prefix}${rest}`]).toContain(back);
      }),
    );
  });
});

describe('any text as a phone', () => {
  test('is E.164 or refused, and what was read is read again as itself', () => {
    const written = fc.oneof(
      fc.string({ maxLength: 40, unit: 'binary' }),
      fc.stringMatching(/^\+?[\d ().-]{1,20}$/),
      fc.string({ minLength: 10_000, maxLength: 10_000 }),
    );
    fc.assert(
      fc.property(written, fc.constantFrom('AR', 'MX', 'ES', 'US'), (text, country) => {
        try {
          const phone = parsePhone(text, country, 'phone');
          expect(phone).toMatch(/^\+\d{5,17}$/);
          expect(parsePhone(phone, country, 'phone')).toBe(phone);
        } catch (error) {
          if (!isAppError(error, 'INVALID_PHONE')) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a search', () => {
  test('knows no case and no accents', () => {
    expect(fold('JOSÉ Ñandú Ünal')).toBe('jose nandu unal');
    expect(fold('Jose\u0301')).toBe(fold('José'));
  });

  test('takes digits for a phone only where there is nothing else', () => {
    expect(phoneDigits('+54 (9) 11-2345')).toBe('5491123 45'.replace(' ', ''));
    expect(phoneDigits('casa 12')).toBeNull();
    expect(phoneDigits(' - ')).toBeNull();
  });

  test('hands LIKE no wildcard', () => {
    expect(asLike('50%_\\')).toBe('50\\%\\_\\\\');
  });
});
