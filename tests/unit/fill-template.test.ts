import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAppError } from '@/server/errors';
import { BUILT_INS } from '@/server/templates/built-in';
import { fillTemplates, placeholdersOf } from '@/server/templates/fill';
import type { Variables } from '@/server/templates/schema';

const fillTemplate = (content: string, ...values: Variables[]): string => fillTemplates([content], ...values)[0];

const missing = (content: string, values = {}): string[] => {
  try {
    fillTemplate(content, values);
    return [];
  } catch (error) {
    if (!isAppError(error, 'TEMPLATE_VARIABLE_MISSING')) throw error;
    return error.more.fields ?? [];
  }
};

describe('a template', () => {
  test('is filled, under a name or its alias', () => {
    const text = 'Hola {clientName} ({name}): {orderDescription}, {description}, {hora} hs';
    expect(fillTemplate(text, { clientName: 'Ana', description: 'una torta', hora: 18 })).toBe(
      'Hola Ana (Ana): una torta, una torta, 18 hs',
    );
  });

  test('takes the later of two sources, and a blank one says nothing', () => {
    expect(fillTemplate('{clientName}', { clientName: 'Ana María' }, { name: 'Anita' })).toBe('Anita');
    expect(fillTemplate('{name}', { clientName: 'Ana María' }, { name: ' ' })).toBe('Ana María');
  });

  test('that lacks something is refused, naming each variable once', () => {
    expect(missing('{clientName}, {hora}, {hora} y {primer nombre}', { clientName: 'Ana' })).toEqual([
      'hora',
      'primer nombre',
    ]);
    expect(missing('{hora}', { hora: '  ' })).toEqual(['hora']);
  });

  test('does not take what every object has for a value', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
      expect(missing(`{${name}}`)).toEqual([name]);
  });

  test('leaves braces that hold nothing alone', () => {
    const text = 'a { b } } { c {} {\n} { }';
    expect(placeholdersOf(text)).toEqual(['b']);
    expect(fillTemplate('{} { } {\n}', {})).toBe('{} { } {\n}');
  });

  test('puts a value in as it is, whatever it looks like', () => {
    const nasty = "$& $1 $` $' $$ {clientName} {x} .* \\d (";
    expect(fillTemplate('<{x}|{clientName}>', { x: nasty, clientName: 'Ana' })).toBe(`<${nasty}|Ana>`);
    expect(fillTemplate('{a.b*(}', { 'a.b*(': 'ok' })).toBe('ok');
  });

  test('whatever the values are, each stands where its variable stood and nothing else changes', () => {
    const name = fc
      .string({ minLength: 1, maxLength: 20, unit: 'binary' })
      .filter(
        (text) =>
          /^[^{}\r\n]+$/.test(text) &&
          text.trim() === text &&
          !['name', 'description', 'clientName', 'orderDescription'].includes(text) &&
          text !== '__proto__',
      );
    const value = fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }).filter((text) => text.trim() !== '');
    const literal = fc.string({ maxLength: 30, unit: 'binary' }).map((text) => text.replaceAll(/[{}]/g, ''));
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, value, literal), { selector: ([key]) => key, maxLength: 8 }),
        (parts) => {
          const content = parts.map(([key, , after]) => `{${key}}${after}`).join('');
          const values = Object.fromEntries(parts.map(([key, said]) => [key, said]));
          expect(placeholdersOf(content)).toEqual(parts.map(([key]) => key));
          expect(fillTemplate(content, values)).toBe(parts.map(([, said, after]) => `${said}${after}`).join(''));
          const [first] = parts;
          if (first) {
            const { [first[0]]: _, ...others } = values;
            expect(missing(content, others)).toEqual([first[0]]);
          }
        },
      ),
    );
  });
});

describe('the built-in templates', () => {
  test('are five types in two languages', () => {
    expect(BUILT_INS).toHaveLength(10);
    expect(new Set(BUILT_INS.map(({ id }) => id)).size).toBe(10);
  });

  for (const { id, content, withoutOrder } of BUILT_INS) {
    test(`${id} needs the client alone where there is no order`, () => {
      expect(missing(withoutOrder, { clientName: 'Ana' })).toEqual([]);
      expect(placeholdersOf(content)).toContain('orderDescription');
      expect(missing(content, { clientName: 'Ana', orderDescription: 'x', orderStatus: 'y' })).toEqual([]);
    });
  }
});
