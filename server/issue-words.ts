import type { z } from 'zod';
import type { ErrorDetail, Locale } from '@/server/errors';

type Issue = z.core.$ZodIssue;

const say = (locale: Locale, es: string, en: string) => (locale === 'en' ? en : es);

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
      return say(
        locale,
        `Falta, o no es del tipo esperado (${issue.expected}).`,
        `Missing, or not of the expected type (${issue.expected}).`,
      );
    case 'invalid_value':
      return say(locale, 'No es uno de los valores posibles.', 'Not one of the possible values.');
    case 'custom':
      if (issue.params?.empty) return say(locale, 'Escribí algo.', 'Write something.');
      if (issue.params?.unstorable)
        return say(locale, 'Tiene un carácter que no se puede guardar.', 'It has a character that cannot be stored.');
      return say(locale, 'No es válido.', 'Not valid.');
    case 'unrecognized_keys':
      return say(locale, 'No se conoce este campo.', 'Unknown field.');
    case 'not_multiple_of':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
      return say(locale, 'No es válido.', 'Not valid.');
    default:
      return issue satisfies never;
  }
}
