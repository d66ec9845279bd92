import { expect, test } from 'vitest';
import { pickLocale } from '@/app/_lib/i18n/locale';
import en from '@/app/_lib/i18n/en.json';
import es from '@/app/_lib/i18n/es.json';
import { messageErrorCode, messageKind, messageStatus } from '@/server/chats/schema';
import { statusReason, statusWord } from '@/server/whatsapp/schema';

/** Every text by its path. */
function flatten(value: unknown, path = ''): Map<string, string> {
  if (typeof value === 'string') return new Map([[path, value]]);
  const entries = Object.entries(value as Record<string, unknown>);
  return new Map(entries.flatMap(([key, child]) => [...flatten(child, path === '' ? key : `${path}.${key}`)]));
}

/** `{name}` and `{name, plural, …}`; the branches of a plural are words. */
const parametersOf = (text: string) => [...text.matchAll(/\{(\w+)[,}]/g)].map(([, name]) => name).toSorted();

test('both languages say the same things, with the same parameters', () => {
  const [spanish, english] = [flatten(es), flatten(en)];
  expect([...english.keys()].toSorted()).toEqual([...spanish.keys()].toSorted());
  for (const [path, text] of spanish) {
    expect(parametersOf(english.get(path) ?? ''), path).toEqual(parametersOf(text));
  }
});

test('nothing is empty', () => {
  for (const [path, text] of [...flatten(es), ...flatten(en)]) expect(text.trim(), path).not.toBe('');
});

test.each([
  ['es', es],
  ['en', en],
])('every word of the schemas has words in %s', (_, words) => {
  expect(Object.keys(words.whatsapp.status).toSorted()).toEqual(statusWord.options.toSorted());
  expect(Object.keys(words.whatsapp.reason).toSorted()).toEqual(statusReason.options.toSorted());
  expect(Object.keys(words.chat.error).toSorted()).toEqual(messageErrorCode.options.toSorted());
  expect(Object.keys(words.chat.status)).toEqual(expect.arrayContaining(messageStatus.options));
  expect(['text', ...Object.keys(words.chat.kind)].toSorted()).toEqual(messageKind.options.toSorted());
});

test.each([
  [undefined, null, 'es'],
  [undefined, 'fr-FR,de;q=0.8', 'es'],
  [undefined, 'en-US,en;q=0.9', 'en'],
  [undefined, 'fr,en;q=0.5,es;q=0.7', 'es'],
  [undefined, 'en;q=0, es', 'es'],
  ['en', 'es-AR', 'en'],
  ['es', 'en', 'es'],
  ['de', 'en', 'en'],
])('cookie %s and Accept-Language %s give %s', (cookie, header, expected) => {
  expect(pickLocale(cookie, header)).toBe(expected);
});
