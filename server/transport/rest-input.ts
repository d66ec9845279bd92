import { z } from 'zod';
import { AppError } from '@/server/errors';
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

/** The fields of a query string, by the input's schema; parameters that no field is named after are left out. */
export function readQuery(shape: Shape, names: Record<string, string>, query: URLSearchParams): object {
  const fields = Object.entries({ ...keysOf(shape), ...names }).flatMap(([name, field]) => {
    const values = query.getAll(name);
    const schema = shape[field];
    if (values.length === 0 || !schema) return [];
    const type = unwrapped(schema);
    if (type instanceof z.ZodArray) return [[name, values.map((value) => coerced(type.def.element, value))]];
    // a field that is said twice is not one value
    return [[name, values.length > 1 ? values : coerced(schema, values[0] ?? '')]];
  });
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

/** Old names and values of the old product, as today's. */
function renamed({ oldNames = {}, oldValues = {} }: Route, input: object): object {
  const fields = Object.entries(input).flatMap(([name, value]) => {
    const today = Object.hasOwn(oldNames, name) ? oldNames[name] : undefined;
    if (!today) return [[name, value]];
    return Object.hasOwn(input, today) ? [] : [[today, value]];
  });
  const today: Record<string, unknown> = Object.fromEntries(fields);
  for (const [name, values] of Object.entries(oldValues)) {
    const value = Object.hasOwn(today, name) ? today[name] : undefined;
    if (typeof value === 'string' && Object.hasOwn(values, value)) Object.assign(today, values[value]);
  }
  return today;
}

/**
 * The input of a route: `given` is the body (undefined: empty) or the query string's fields, `params` what the path names. undefined
 * where nothing was said. Throws INVALID_INPUT for a body that is no object.
 */
export function inputOf(route: Route, given: unknown, params: Record<string, string>): unknown {
  if (given === undefined && Object.keys(params).length === 0) return undefined;
  const input = given ?? (given === undefined ? {} : null);
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new AppError('INVALID_INPUT', { fields: [''] });
  }
  return { ...withoutEmpty(route.shape ?? {}, renamed(route, input)), ...params };
}
