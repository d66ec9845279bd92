import fc from 'fast-check';
import type { OpenApiDocument } from '@/server/transport/openapi';
import { exampleOf, type JsonSchema } from '@/server/transport/openapi-examples';

/** Requests made from the OpenAPI document, nearly all of them wrong in some way: of type, of form, of encoding. */

export type MadeRequest = {
  route: string;
  path: string;
  method: string;
  headers: Record<string, string>;
  body: Buffer | null;
};

type Parameter = { in: string; name: string; schema: JsonSchema; $ref?: string };
type Target = { method: string; path: string; parameters: Parameter[]; body: JsonSchema | null };

const WORDS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud83d',
  '\udc00x',
  '😀'.repeat(40),
  'x'.repeat(5_000),
  "' OR 1=1 --",
  '../../etc/passwd',
  '${7*7}{{7*7}}',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'null',
  'undefined',
  'NaN',
  '-1',
  '0x10',
  '1e309',
  '99999999999999999999',
  '2026-02-30T25:61:00Z',
  '٣٤٥',
  'ﷺ'.repeat(20),
  '\u202e',
  '%00',
  '%zz',
  'true',
  '00000000-0000-0000-0000-000000000000',
  '019abf6e-5c2d-7e41-9d0a-3b8f2c7d1e90',
];

const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary', maxLength: 60 }));
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -1, 1e21, 2 ** 53, 501, 1.5));
const anything: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: word },
  { weight: 2, arbitrary: number },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom([], {}, [[]], [null], { toString: 1 }, { length: 5 }) },
);

/** What the schema asks for, most of the time not quite. */
function valueOf(schema: JsonSchema, name: string): fc.Arbitrary<unknown> {
  const choices = [schema, ...(schema.anyOf ?? [])].flatMap((one) => one.enum ?? (one.const ? [one.const] : []));
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(exampleOf(schema, name)) },
    { weight: 4, arbitrary: anything },
    ...(choices.length > 0 ? [{ weight: 2, arbitrary: fc.constantFrom(...choices) }] : []),
  );
}

function objectOf(schema: JsonSchema): fc.Arbitrary<object> {
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) =>
    fc.oneof(
      { weight: 5, arbitrary: valueOf(field, name).map((value): [string, unknown][] => [[name, value]]) },
      { weight: 1, arbitrary: fc.constant<[string, unknown][]>([]) },
    ),
  );
  const more = fc.oneof(
    { weight: 6, arbitrary: fc.constant<[string, unknown][]>([]) },
    { weight: 1, arbitrary: fc.tuple(word, anything).map((pair): [string, unknown][] => [pair]) },
  );
  return fc.tuple(...fields, more).map((pairs) => Object.fromEntries(pairs.flat()));
}

const bytes = (text: string) => Buffer.from(text, 'utf8');

function bodyOf(schema: JsonSchema | null): fc.Arbitrary<{ type: string | null; body: Buffer | null }> {
  const made = schema ? objectOf(schema) : fc.constant({});
  const json = 'application/json';
  return fc.oneof(
    { weight: 16, arbitrary: made.map((value) => ({ type: json, body: bytes(JSON.stringify(value)) })) },
    { weight: 2, arbitrary: anything.map((value) => ({ type: json, body: bytes(JSON.stringify(value) ?? '') })) },
    { weight: 1, arbitrary: word.map((text) => ({ type: json, body: bytes(text) })) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((raw) => ({ type: null, body: Buffer.from(raw) })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          made,
          fc.constantFrom('text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-7', ';'),
        )
        .map(([value, type]) => ({ type, body: bytes(JSON.stringify(value)) })),
    },
    { weight: 1, arbitrary: fc.constant({ type: json, body: null }) },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 100, max: 9000 }).map((deep) => ({ type: json, body: bytes('['.repeat(deep)) })),
    },
  );
}

/** Text that a URL may carry, whatever is in it; half a surrogate pair has no encoding. */
const encoded = (value: unknown) => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
};

function requestOf(target: Target, known: string[]): fc.Arbitrary<MadeRequest> {
  const query = target.parameters.filter(({ in: place }) => place === 'query');
  const pairs = query.map(({ name, schema }) =>
    fc.oneof(
      { weight: 3, arbitrary: valueOf(schema, name).map((value) => [`${name}=${encoded(value)}`]) },
      { weight: 3, arbitrary: fc.constant<string[]>([]) },
      { weight: 1, arbitrary: fc.tuple(word, word).map((two) => two.map((value) => `${name}=${encoded(value)}`)) },
    ),
  );
  const id = fc.oneof(
    fc.constantFrom(...known),
    word.filter((text) => text !== '' && text !== '.' && text !== '..'),
  );
  const key = fc.option(
    word.map((text) => encoded(text).slice(0, 300)),
    { freq: 6 },
  );
  return fc
    .record({
      ids: fc.array(id, { minLength: 2, maxLength: 2 }),
      pairs: fc.tuple(...pairs),
      sent: bodyOf(target.body),
      key,
    })
    .map(({ ids, pairs: said, sent, key: idempotency }) => {
      const path = target.path.replaceAll(/\{\w+\}/g, () => encoded(ids.pop() ?? 'x'));
      const search = said.flat().join('&');
      const bodied = target.method !== 'GET' && target.method !== 'DELETE';
      return {
        route: `${target.method} ${target.path}`,
        method: target.method,
        path: search ? `${path}?${search}` : path,
        headers: {
          ...(bodied && sent.type !== null && { 'content-type': sent.type }),
          ...(idempotency !== null && { 'idempotency-key': idempotency }),
        },
        body: bodied ? sent.body : null,
      };
    });
}

/** Requests to every operation of the document but the `skipped`; `known`: ids that there are. */
export function badRequests(
  document: OpenApiDocument,
  known: string[],
  skipped: Set<string>,
): fc.Arbitrary<MadeRequest> {
  const targets = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]): Target[] => {
      if (skipped.has(`${method.toUpperCase()} ${path}`)) return [];
      const body = operation.requestBody?.content['application/json']?.schema ?? null;
      const parameters = ((operation.parameters ?? []) as Parameter[]).filter(({ $ref }) => $ref === undefined);
      return [{ method: method.toUpperCase(), path, parameters, body }];
    }),
  );
  return fc.oneof(...targets.map((target) => requestOf(target, known)));
}
