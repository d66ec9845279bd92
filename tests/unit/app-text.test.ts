import { describe, expect, test } from 'vitest';
import { countdown, dayHeading, daysAgo, formatPhone, fullTime, initials, listTime } from '@/app/_lib/format';
import { linkify } from '@/app/_lib/linkify';
import { loginPath, nextPath } from '@/app/_lib/next-path';
import { uuid } from '@/app/_lib/uuid';

describe('linkify', () => {
  const linksOf = (text: string) => linkify(text).flatMap((part) => (part.kind === 'link' ? [part.href] : []));

  test.each([
    'nada',
    'Peña & D’Angelo <b>hola</b>',
    'mirá https://a.com/b?c=d#e, y (www.ejemplo.com.ar)!',
    'dos\nrenglones https://x.com 🎉',
    '',
  ])('joined, the parts are the text again: %j', (text) => {
    expect(
      linkify(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  });

  test('leaves out what ends a sentence', () => {
    expect(linksOf('mirá https://a.com/b?c=d. Y (https://c.com) o www.d.com!')).toEqual([
      'https://a.com/b?c=d',
      'https://c.com/',
      'https://www.d.com/',
    ]);
    expect(linksOf('https://es.wikipedia.org/wiki/Mate_(infusión)')).toEqual([
      'https://es.wikipedia.org/wiki/Mate_(infusi%C3%B3n)',
    ]);
  });

  test('only web addresses', () => {
    expect(linksOf('javascript:alert(1) data:text/html,x file:///etc/passwd ftp://a.com hola.com http://')).toEqual([]);
  });
});

describe('nextPath', () => {
  test.each(['/chats', '/chats/abc?x=1', '/connect'])('%s is ours', (path) => {
    expect(nextPath(path)).toBe(path);
  });

  test.each([
    undefined,
    '',
    'chats',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/login?next=/x',
    ['/chats', '/connect'],
  ])('%j is not', (path) => {
    expect(nextPath(path)).toBe('/');
  });

  test('the login page comes back', () => {
    expect(loginPath('/chats/a?b=c')).toBe('/login?next=%2Fchats%2Fa%3Fb%3Dc');
    expect(loginPath('/')).toBe('/login');
  });
});

describe('dates', () => {
  const now = new Date(2026, 10, 24, 9, 0);
  const words = { today: 'Hoy', yesterday: 'Ayer' };

  test('days are calendar days', () => {
    expect(daysAgo(new Date(2026, 10, 23, 23, 59), now)).toBe(1);
    expect(daysAgo(new Date(2026, 10, 24, 0, 1), now)).toBe(0);
  });

  test('headings', () => {
    expect(dayHeading(new Date(2026, 10, 24, 1), now, 'es', words)).toBe('Hoy');
    expect(dayHeading(new Date(2026, 10, 23, 1), now, 'es', words)).toBe('Ayer');
    expect(dayHeading(new Date(2026, 10, 20, 1), now, 'es', words)).toBe('viernes');
    expect(dayHeading(new Date(2026, 2, 3), now, 'es', words)).toContain('3 de marzo');
    expect(dayHeading(new Date(2025, 2, 3), now, 'es', words)).toBe('3 de marzo de 2025');
  });

  test('the list', () => {
    expect(listTime(new Date(2026, 10, 24, 7, 5), now, 'es', 'Ayer')).toBe('07:05');
    expect(listTime(new Date(2026, 10, 24, 7, 5), now, 'en', 'Yesterday')).toMatch(/^7:05\sAM$/);
    expect(listTime(new Date(2026, 10, 23, 22), now, 'es', 'Ayer')).toBe('Ayer');
    expect(listTime(new Date(2026, 9, 1), now, 'es', 'Ayer')).toBe('1/10/26');
  });
});

test('the whole moment keeps the hours of its language, and time that is left is minutes and seconds', () => {
  expect(fullTime(new Date(2026, 10, 24, 19, 5), 'es')).toContain('19:05');
  expect(fullTime(new Date(2026, 10, 24, 19, 5), 'en')).toMatch(/7:05\sPM$/);
  expect([195, 60, 59, 5, 0].map(countdown)).toEqual(['3:15', '1:00', '0:59', '0:05', '0:00']);
});

test('phones are written as their country does', () => {
  expect(formatPhone('+5491123456789')).toBe('+54 9 11 2345 6789');
  expect(formatPhone('+5215512345678')).toMatch(/^\+52 /);
  expect(formatPhone('no es un número')).toBe('no es un número');
});

test('initials', () => {
  expect(['Ana', 'ana maría pérez', '🌻 Ana', '+54 9', '', null].map(initials)).toEqual([
    'A',
    'AP',
    'A',
    null,
    null,
    null,
  ]);
});

test('a random id is one also where the browser has no randomUUID', () => {
  const { randomUUID } = crypto;
  try {
    Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true });
    const [a, b] = [uuid(), uuid()];
    expect(a).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(a).not.toBe(b);
  } finally {
    Object.defineProperty(crypto, 'randomUUID', { value: randomUUID, configurable: true });
  }
});
