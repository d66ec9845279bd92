import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { AppError, type Fault } from '@/server/errors';
import { type Route, type Shape, unwrapped } from './rest-routes';

/** What a request says, as the procedure's input, before its zod schema looks at it. */

const NUMBER = /^-?\d{1,15}(\.\d{1,15})?$/;

/** One value of a query string as the schema's type; what does not read as that type stays text, and zod refuses it. */
function coerced(schema: z.core.$ZodType, value: string): unknown {
  const type = unwrapped(schema);
  if (type instanceof z.ZodNumber && NUMBER.test(value)) return Number(value);
  if (type instanceof z.ZodBoolean && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

const saidTwice = (field: string): Fault => ({ field, es: 'Está más de una vez.', en: 'It is there more than once.' });

/**
 * The fields of a query string, by the input's schema; parameters that no field is named after are left out. Throws INVALID_INPUT for a
 * field of one value that is there with several.
 */
export function readQuery(shape: Shape, names: Record<string, string>, query: URLSearchParams): object {
  const twice: Fault[] = [];
  const fields = Object.entries({ ...keysOf(shape), ...names }).flatMap(([name, field]) => {
    const values = query.getAll(name);
    const schema = shape[field];
    if (values.length === 0 || !schema) return [];
    const type = unwrapped(schema);
    if (type instanceof z.ZodArray) return [[name, values.map((value) => coerced(type.def.element, value))]];
    if (values.length > 1) twice.push(saidTwice(name));
    return [[name, coerced(schema, values[0] ?? '')]];
  });
  if (twice.length > 0) throw new AppError('INVALID_INPUT', { faults: twice });
  return Object.fromEntries(fields);
}

const keysOf = (shape: Shape) => Object.fromEntries(Object.keys(shape).map((key) => [key, key]));

const accepts = (schema: z.core.$ZodType, value: unknown) => z.safeParse(schema, value).success;

/** `''` in a field that may be absent says nothing; where it may be null, it says null. */
function withoutEmpty(shape: Shape, input: object): object {
  return Object.fromEntries(
    Object.entries(input).flatMap(([name, value]) => {
      const schema = Object.hasOwn(shape, name) ? shape[name] : undefined;
      if (value !== '' || !schema || !accepts(schema, undefined)) return [[name, value]];
      return accepts(schema, null) ? [[name, null]] : [];
    }),
  );
}

/** An old name or value that says something else than today's name beside it. */
const otherwise = (field: string, today: string): Fault => ({
  field,
  es: `Dice otra cosa que \`${today}\`.`,
  en: `It says something else than \`${today}\`.`,
});

type Fields = Record<string, unknown>;

const saysNothing = (fields: Fields, name: string) => !Object.hasOwn(fields, name) || fields[name] === '';

/** What old names say, under today's. Beside today's name an old one may say the same, or nothing. */
function withTodaysNames(oldNames: Record<string, string>, input: Fields, faults: Fault[]): Fields {
  const today: Fields = Object.fromEntries(Object.entries(input).filter(([name]) => !Object.hasOwn(oldNames, name)));
  for (const [old, name] of Object.entries(oldNames)) {
    if (!Object.hasOwn(input, old)) continue;
    if (saysNothing(today, name)) today[name] = input[old];
    else if (!saysNothing(input, old) && !isDeepStrictEqual(input[old], today[name])) faults.push(otherwise(old, name));
  }
  return today;
}

/** What old values say, in today's. One that speaks for another field too may not contradict it. */
function withTodaysValues(oldValues: NonNullable<Route['oldValues']>, input: Fields, faults: Fault[]): Fields {
  const today = { ...input };
  for (const [name, values] of Object.entries(oldValues)) {
    const value = Object.hasOwn(input, name) ? input[name] : undefined;
    if (typeof value !== 'string' || !Object.hasOwn(values, value)) continue;
    for (const [field, meant] of Object.entries(values[value] ?? {})) {
      if (field !== name && !saysNothing(input, field) && input[field] !== meant) faults.push(otherwise(name, field));
      today[field] = meant;
    }
  }
  return today;
}

/** Old names and values of the old product, as today's. Throws INVALID_INPUT for those that contradict what is said beside them. */
function renamed({ oldNames = {}, oldValues = {} }: Route, input: Fields): Fields {
  const faults: Fault[] = [];
  const today = withTodaysValues(oldValues, withTodaysNames(oldNames, input, faults), faults);
  if (faults.length > 0) throw new AppError('INVALID_INPUT', { faults });
  return today;
}

const NO_OBJECT: Fault = {
  field: '',
  es: 'El cuerpo tiene que ser un objeto JSON.',
  en: 'The body has to be a JSON object.',
};

const isFields = (given: unknown): given is Fields =>
  typeof given === 'object' && given !== null && !Array.isArray(given);

/**
 * The input of a route: `given` is the body (undefined: empty, so that each field is missing) or the query string's fields, `params`
 * what the path names. Throws INVALID_INPUT for a body that is no object.
 */
export function inputOf(route: Route, given: unknown, params: Record<string, string>): object {
  const input = given === undefined ? {} : given;
  if (!isFields(input)) throw new AppError('INVALID_INPUT', { faults: [NO_OBJECT] });
  return { ...withoutEmpty(route.shape ?? {}, renamed(route, input)), ...params };
}
