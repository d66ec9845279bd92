import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { detailsOf } from '@/server/issue-words';
import { storable, toStorable } from '@/server/text/schema';

function details(schema: z.ZodType, value: unknown, locale: 'es' | 'en') {
  const parsed = schema.safeParse(value);
  if (parsed.success) throw new Error('it was taken');
  return detailsOf(parsed.error.issues, locale);
}

describe('what is wrong with a field', () => {
  const cases: [string, z.ZodType, unknown, string, string][] = [
    ['nothing', z.string().min(1), '', 'Hace falta.', 'Required.'],
    ['too short', z.string().min(8), 'x', 'Al menos 8 caracteres.', 'At least 8 characters.'],
    ['too long', z.string().max(2), 'xxx', 'A lo sumo 2 caracteres.', 'At most 2 characters.'],
    ['too little', z.number().min(3), 1, 'Al menos 3.', 'At least 3.'],
    ['too much', z.number().max(3), 5, 'A lo sumo 3.', 'At most 3.'],
    ['no e-mail', z.email(), 'x', 'No parece un correo.', 'That does not look like an e-mail.'],
    ['no id', z.uuid(), 'x', 'No tiene la forma esperada.', 'It does not have the expected form.'],
    ['absent', z.string(), undefined, 'Hace falta.', 'Required.'],
    ['an absent choice', z.enum(['a', 'b']), undefined, 'Hace falta.', 'Required.'],
    ['an absent one of several', z.union([z.string(), z.number()]), undefined, 'Hace falta.', 'Required.'],
    ['no text', z.string(), 5, 'Tiene que ser un texto.', 'It has to be a text.'],
    ['null', z.string(), null, 'Tiene que ser un texto.', 'It has to be a text.'],
    ['no number', z.number(), '5', 'Tiene que ser un número.', 'It has to be a number.'],
    ['no whole number', z.number().int(), 1.5, 'Tiene que ser un número entero.', 'It has to be a whole number.'],
    ['neither yes nor no', z.boolean(), 'true', 'Tiene que ser verdadero o falso.', 'It has to be true or false.'],
    ['no list', z.array(z.string()), 'x', 'Tiene que ser una lista.', 'It has to be a list.'],
    ['no object', z.object({}), [], 'Tiene que ser un objeto.', 'It has to be an object.'],
    ['no record', z.record(z.string(), z.string()), 'x', 'Tiene que ser un objeto.', 'It has to be an object.'],
    ['of a rare type', z.bigint(), 'x', 'No es del tipo esperado.', 'Not of the expected type.'],
    ['no choice', z.enum(['a', 'b']), 'c', 'No es uno de los valores posibles.', 'Not one of the possible values.'],
    ['blank', z.string().refine(() => false, { params: { empty: true } }), '', 'Escribí algo.', 'Write something.'],
    [
      'wrong in its own words',
      z.string().refine(() => false, { params: { words: { es: 'Así no.', en: 'Not so.' } } }),
      '',
      'Así no.',
      'Not so.',
    ],
    ['wrong', z.string().refine(() => false), '', 'No es válido.', 'Not valid.'],
    [
      'a NUL',
      storable(z.string()),
      '\u0000',
      'Tiene un carácter que no se puede guardar.',
      'It has a character that cannot be stored.',
    ],
    ['an odd number', z.number().multipleOf(2), 3, 'No es válido.', 'Not valid.'],
    [
      'neither',
      z.union([z.string(), z.number()]),
      true,
      'Tiene que ser un texto o un número.',
      'It has to be a text or a number.',
    ],
    [
      'neither of two lists',
      z.union([z.array(z.string()), z.array(z.number())]),
      [true],
      'No es válido.',
      'Not valid.',
    ],
    [
      'too much at once',
      z.any().refine(() => false, { params: { oneOf: ['text', 'templateId'] } }),
      {},
      'A lo sumo uno de estos: text, templateId.',
      'At most one of these: text, templateId.',
    ],
  ];
  for (const [what, schema, value, es, en] of cases) {
    test(`${what}, in both languages`, () => {
      const within = z.object({ a: z.object({ b: schema }) });
      expect(details(within, { a: { b: value } }, 'es')).toEqual([{ field: 'a.b', message: es }]);
      expect(details(within, { a: { b: value } }, 'en')).toEqual([{ field: 'a.b', message: en }]);
    });
  }

  test('an unknown field is named, and so is every field at fault', () => {
    expect(details(z.strictObject({ a: z.string() }), { a: 'x', b: 1 }, 'en')).toEqual([
      { field: 'b', message: 'Unknown field.' },
    ]);
    const both = details(z.object({ a: z.string(), b: z.array(z.number()) }), { b: [1, 'x'] }, 'en');
    expect(both.map(({ field }) => field)).toEqual(['a', 'b.1']);
    expect(details(z.string(), 5, 'en')[0]?.field).toBe('');
  });
});

describe('text that can be stored', () => {
  const schema = storable(z.string().max(10));

  test('is everything but NUL and half of a pair', () => {
    for (const good of ['', 'hola', '😀', 'ñ', '\u0001\t\n', '👩‍👩‍👧', '\u{10FFFF}', '\ufffe']) {
      expect(schema.safeParse(good).success, JSON.stringify(good)).toBe(true);
      expect(toStorable(good)).toBe(good);
    }
    for (const bad of ['\u0000', 'a\u0000', '\ud83d', '\udc00', '\ude00\ud83d', 'a\ud83db']) {
      expect(schema.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
      expect(schema.safeParse(toStorable(bad)).success).toBe(true);
    }
    expect(toStorable('a\u0000b\ud83dc😀')).toBe('a\ufffdb\ufffdc😀');
  });
});
