import type { z } from 'zod';

/**
 * What Postgres cannot keep in a text or a JSON column: NUL, and half of a surrogate pair (a cut emoji). Everything else is text.
 */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** Refuses text that cannot be stored; `params` lets issue-words say so. */
export const storable = <Schema extends z.ZodString>(schema: Schema) =>
  schema.refine((value) => !UNSTORABLE.test(value), { params: { unstorable: true } });

/** The same text with U+FFFD in place of what cannot be stored: for what others wrote, which is never lost or refused. */
export function toStorable(text: string): string {
  return text.replace(new RegExp(UNSTORABLE, 'gu'), '\u{FFFD}');
}
