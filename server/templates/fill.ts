import { AppError } from '@/server/errors';
import type { Variables } from './schema';

/** One to sixty characters between braces on one line are a variable; any other brace is a brace (docs/api.md). */
const PLACEHOLDER = /\{([^{}\r\n]{1,60})\}/g;

/** Other names of the same variable. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['name', 'clientName'],
  ['description', 'orderDescription'],
]);

const nameOf = (written: string): string => {
  const name = written.trim();
  return ALIASES.get(name) ?? name;
};

/** The variables of a template, as they are written, each once, in their order. */
export function placeholdersOf(content: string): string[] {
  const names = Array.from(content.matchAll(PLACEHOLDER), ([, name = '']) => name.trim());
  return [...new Set(names)].filter((name) => name !== '');
}

/** Under the variables' own names. A blank value says nothing; of several, the last one counts. */
function known(values: readonly Variables[]): Map<string, string> {
  const said = values.flatMap((one) => Object.entries(one)).filter(([, value]) => String(value).trim() !== '');
  return new Map(said.map(([name, value]) => [nameOf(name), String(value)]));
}

/** The variables of a template that these values leave unfilled, as they are written. */
export function missingIn(content: string, ...values: Variables[]): string[] {
  const filled = known(values);
  return placeholdersOf(content).filter((name) => !filled.has(nameOf(name)));
}

/**
 * Wordings of one message with their variables filled in, from several sources of which the later one counts. A variable without a value
 * is never sent: throws TEMPLATE_VARIABLE_MISSING, naming each. Values go in as they are: a `$` or a brace in one means nothing.
 */
export function fillTemplates<Contents extends string[]>(contents: [...Contents], ...values: Variables[]) {
  const missing = missingIn(contents.join('\n'), ...values);
  if (missing.length > 0) throw new AppError('TEMPLATE_VARIABLE_MISSING', { fields: missing });
  const filled = known(values);
  const fill = (content: string) =>
    content.replace(PLACEHOLDER, (whole, written: string) => filled.get(nameOf(written)) ?? whole);
  return contents.map(fill) as { [Index in keyof Contents]: string };
}
