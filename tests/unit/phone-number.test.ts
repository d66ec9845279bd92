import { describe, expect, test } from 'vitest';
import { parsePhone } from '@/server/chats/phone-number';

describe('a phone number', () => {
  const readings: [string, string, string][] = [
    ['+54 9 11 2345-6789', 'AR', '+5491123456789'],
    ['+5491123456789', 'MX', '+5491123456789'],
    ['0054 9 11 2345 6789', 'AR', '+5491123456789'],
    ['5491123456789', 'AR', '+5491123456789'],
    ['11 2345-6789', 'AR', '+541123456789'],
    ['(011) 2345-6789', 'AR', '+541123456789'],
    ['55 1234 5678', 'MX', '+525512345678'],
    ['+52 1 55 1234 5678', 'AR', '+5215512345678'],
    ['612 34 56 78', 'ES', '+34612345678'],
    ['+1 (415) 555-2671', 'AR', '+14155552671'],
  ];
  for (const [written, country, e164] of readings) {
    test(`${written} in ${country} is ${e164}`, () => {
      expect(parsePhone(written, country, 'phone')).toBe(e164);
    });
  }

  test('that is none is refused by name', () => {
    for (const written of [
      '',
      '   ',
      'hola',
      '123',
      '+',
      '00',
      '+999999999999999',
      '\u0000',
      '😀',
      '12345678901234567890',
    ]) {
      expect(() => parsePhone(written, 'AR', 'phoneNumber'), written).toThrow(
        expect.objectContaining({ code: 'INVALID_PHONE', more: { fields: ['phoneNumber'] } }),
      );
    }
  });
});
