import { z } from 'zod';
import { declaredOr } from '@/server/limits/of-procedure';
import type { RestMeta, RestRoute } from '@/server/rest-meta';
import { appRouter } from '@/server/router';

export type Shape = Record<string, z.core.$ZodType>;

/** A procedure as a route: what its meta says, and the fields of its input. */
export type Route = Omit<RestRoute, 'oldPaths'> & {
  procedure: string;
  type: 'query' | 'mutation';
  /** The fields of the input; null: it takes none. */
  shape: Shape | null;
  output: z.ZodType | null;
  /** Its calls count under a limit, so it may answer RATE_LIMITED. */
  counted: boolean;
  /** An old address of a procedure that has a newer one. */
  deprecated: boolean;
  segments: string[];
};

export type Match =
  | { kind: 'found'; route: Route; params: Record<string, string> }
  | { kind: 'method'; allowed: string[] }
  | { kind: 'nothing' };

type Definition = {
  type: 'query' | 'mutation' | 'subscription';
  meta?: RestMeta;
  inputs: z.ZodType[];
  output?: z.ZodType;
};

/** The schema below whatever wraps it: optional, nullable, default, a transform after it. */
export function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodCatch ||
    schema instanceof z.ZodReadonly
  ) {
    return unwrapped(schema.def.innerType);
  }
  return schema instanceof z.ZodPipe ? unwrapped(schema.def.in) : schema;
}

function shapeOf(inputs: z.ZodType[], procedure: string): Shape | null {
  if (inputs.length === 0) return null;
  return Object.assign(
    {},
    ...inputs.map((input) => {
      const object = unwrapped(input);
      if (!(object instanceof z.ZodObject)) throw new Error(`${procedure}: the input of a REST route is an object`);
      return object.shape;
    }),
  );
}

/** Typed as nested routers, but flat, by path. */
const procedures = appRouter._def.procedures as unknown as Record<string, { _def: Definition }>;

function routesOf(procedure: string, { type, meta, inputs, output }: Definition): Route[] {
  if (!meta?.openapi) return [];
  if (type === 'subscription') throw new Error(`${procedure}: a subscription is no REST route`);
  const { oldPaths = [], ...said } = meta.openapi;
  const shape = shapeOf(inputs, procedure);
  // who is nobody yet is counted by address where the procedure says so
  const byUser = !said.public && declaredOr(meta.limit, type) !== 'uncounted';
  const counted = byUser || said.errors?.includes('RATE_LIMITED') === true;
  return [said.path, ...oldPaths].map((path, index) => ({
    ...said,
    path,
    procedure,
    type,
    shape,
    output: output ?? null,
    counted,
    deprecated: index > 0,
    segments: path.split('/').slice(1),
  }));
}

/** Every route of the REST API, the old ones among them. */
export const ROUTES: readonly Route[] = Object.entries(procedures).flatMap(([procedure, { _def }]) =>
  routesOf(procedure, _def),
);

const parameterOf = (segment: string) => /^\{(\w+)\}$/.exec(segment)?.[1];

/** The values of the path's parameters; null: another path. */
function fit(route: Route, segments: string[]): Record<string, string> | null {
  if (route.segments.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, expected] of route.segments.entries()) {
    const given = segments[index] ?? '';
    const name = parameterOf(expected);
    if (name && given) params[name] = given;
    else if (given !== expected) return null;
  }
  return params;
}

/** Escapes that are no text are an id that we never made. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** `path`: what follows /api/v1, still percent-encoded. */
export function matchRoute(method: string, path: string): Match {
  const segments = path.replace(/\/$/, '').split('/').slice(1).map(decoded);
  const named = ROUTES.flatMap((route) => {
    const params = fit(route, segments);
    return params ? [{ route, params }] : [];
  });
  // `/messages/send` is not the message called "send", whatever the method
  const literal = named.filter(({ params }) => Object.keys(params).length === 0);
  const fitting = literal.length > 0 ? literal : named;
  const wanted = method === 'HEAD' ? 'GET' : method;
  const found = fitting.find(({ route }) => route.method === wanted);
  if (found) return { kind: 'found', ...found };
  if (fitting.length === 0) return { kind: 'nothing' };
  const methods = new Set(fitting.flatMap(({ route }) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method])));
  return { kind: 'method', allowed: [...methods, 'OPTIONS'] };
}
