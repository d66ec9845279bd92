import { z } from 'zod';
import type { ErrorDetail, Locale } from '@/server/errors';

type Issue = z.core.$ZodIssue;

const say = (locale: Locale, es: string, en: string) => (locale === 'en' ? en : es);

/** zod tells of what is absent as of a wrong type or value, and keeps what was given to itself: only here is it to be seen. */
const MISSING = 'missing';
z.config({ customError: ({ input }) => (input === undefined ? MISSING : undefined) });

/** By zod's names of types. */
const TYPES: Record<string, { es: string; en: string }> = {
  string: { es: 'un texto', en: 'a text' },
  number: { es: 'un número', en: 'a number' },
  int: { es: 'un número entero', en: 'a whole number' },
  boolean: { es: 'verdadero o falso', en: 'true or false' },
  date: { es: 'una fecha', en: 'a date' },
  array: { es: 'una lista', en: 'a list' },
  object: { es: 'un objeto', en: 'an object' },
  record: { es: 'un objeto', en: 'an object' },
};

function typeWords(expected: readonly string[], locale: Locale): string {
  const types = expected.flatMap((type) => TYPES[type]?.[locale] ?? []);
  if (types.length < expected.length) return say(locale, 'No es del tipo esperado.', 'Not of the expected type.');
  const list = types.join(say(locale, ' o ', ' or '));
  return say(locale, `Tiene que ser ${list}.`, `It has to be ${list}.`);
}

/** The types of a union when what was given is none of them; null: it is wrong in another way. */
function typesOf(errors: readonly (readonly Issue[])[]): string[] | null {
  const types = errors.flatMap(([first]) =>
    first?.code === 'invalid_type' && first.path.length === 0 ? [first.expected] : [],
  );
  return types.length === errors.length ? types : null;
}

/** zod's issues as the fields at fault, in words a person understands; no library text reaches a caller. */
export function detailsOf(issues: readonly Issue[], locale: Locale): ErrorDetail[] {
  return issues.map((issue) => ({ field: fieldOf(issue), message: wordsFor(issue, locale) }));
}

function fieldOf(issue: Issue): string {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') path.push(issue.keys[0] ?? '');
  return path.join('.');
}

function wordsFor(issue: Issue, locale: Locale): string {
  if (issue.message === MISSING) return say(locale, 'Hace falta.', 'Required.');
  switch (issue.code) {
    case 'too_small':
      if (issue.origin === 'string') {
        return Number(issue.minimum) <= 1
          ? say(locale, 'Hace falta.', 'Required.')
          : say(locale, `Al menos ${issue.minimum} caracteres.`, `At least ${issue.minimum} characters.`);
      }
      return say(locale, `Al menos ${issue.minimum}.`, `At least ${issue.minimum}.`);
    case 'too_big':
      return issue.origin === 'string'
        ? say(locale, `A lo sumo ${issue.maximum} caracteres.`, `At most ${issue.maximum} characters.`)
        : say(locale, `A lo sumo ${issue.maximum}.`, `At most ${issue.maximum}.`);
    case 'invalid_format':
      return issue.format === 'email'
        ? say(locale, 'No parece un correo.', 'That does not look like an e-mail.')
        : say(locale, 'No tiene la forma esperada.', 'It does not have the expected form.');
    case 'invalid_type':
      return typeWords([issue.expected], locale);
    case 'invalid_union': {
      const types = typesOf(issue.errors);
      return types ? typeWords(types, locale) : say(locale, 'No es válido.', 'Not valid.');
    }
    case 'invalid_value':
      return say(locale, 'No es uno de los valores posibles.', 'Not one of the possible values.');
    case 'custom':
      // a schema's own, where none of these say it: in both languages
      if (issue.params?.words) return issue.params.words[locale];
      if (issue.params?.empty) return say(locale, 'Escribí algo.', 'Write something.');
      if (issue.params?.unstorable)
        return say(locale, 'Tiene un carácter que no se puede guardar.', 'It has a character that cannot be stored.');
      if (issue.params?.oneOf) {
        const names = issue.params.oneOf.join(', ');
        return say(locale, `A lo sumo uno de estos: ${names}.`, `At most one of these: ${names}.`);
      }
      return say(locale, 'No es válido.', 'Not valid.');
    case 'unrecognized_keys':
      return say(locale, 'No se conoce este campo.', 'Unknown field.');
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
      return say(locale, 'No es válido.', 'Not valid.');
    default:
      return issue satisfies never;
  }
}
