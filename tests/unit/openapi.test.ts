import { createConfig, lintFromString } from '@redocly/openapi-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { ERRORS } from '@/server/errors';
import { appRouter } from '@/server/router';
import type { JsonSchema } from '@/server/transport/openapi-examples';
import { makeOpenApi, type OpenApiDocument } from '@/server/transport/openapi';
import type { Operation } from '@/server/transport/openapi-operation';
import { TYPICAL_ANSWERS, TYPICAL_BODIES } from '@/server/transport/openapi-typical';
import { matchRoute, ROUTES } from '@/server/transport/rest-routes';
import { CONTRACT_ROUTES, OLD_NAMES, type OldName, WEBHOOK_ROUTES } from '@/tests/support/contract-routes';

let document: OpenApiDocument;
beforeAll(async () => {
  document = await makeOpenApi({ PORT: 3000, publicUrl: 'http://localhost:3000' });
});

const operationOf = (route: string) => {
  const [method = '', path = ''] = route.split(' ');
  return document.paths[path]?.[method.toLowerCase()];
};
const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, operation })),
  );

const rules = {
  struct: 'error',
  'no-unresolved-refs': 'error',
  'no-invalid-media-type-examples': { severity: 'error', allowAdditionalProperties: false },
  'no-invalid-parameter-examples': 'error',
  'no-invalid-schema-examples': 'error',
  'operation-operationId-unique': 'error',
  'operation-summary': 'error',
  'operation-description': 'off',
  'operation-2xx-response': 'error',
  'operation-4xx-response': 'off',
  'operation-tag-defined': 'error',
  'path-declaration-must-exist': 'error',
  'path-parameters-defined': 'error',
  'path-not-include-query': 'error',
  'no-identical-paths': 'error',
  'no-ambiguous-paths': 'error',
  'no-unused-components': 'off',
  'security-defined': 'error',
  'tag-description': 'error',
  'no-schema-type-mismatch': 'error',
  'no-enum-type-mismatch': 'error',
  'no-duplicated-tag-names': 'error',
} as const;

async function problemsOf(of: OpenApiDocument): Promise<string[]> {
  const problems = await lintFromString({ source: JSON.stringify(of), config: await createConfig({ rules }) });
  return problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`);
}

describe('the table of routes', () => {
  test('is what is served, each by its procedure', () => {
    const served = ROUTES.map(({ method, path, procedure, ...more }) => ({
      route: `${method} ${path}`,
      procedure,
      ...(more.public && { public: true }),
      ...(more.deprecated && { old: true }),
    }));
    const byRoute = (a: { route: string }, b: { route: string }) => a.route.localeCompare(b.route);
    expect(served.toSorted(byRoute)).toEqual(CONTRACT_ROUTES.toSorted(byRoute));
    for (const { route, procedure } of CONTRACT_ROUTES) {
      const [method = '', path = ''] = route.split(' ');
      expect(matchRoute(method, path.replace('{id}', 'x')), route).toMatchObject({
        kind: 'found',
        route: { procedure },
      });
    }
  });

  test('is in the document: nothing less and nothing more', () => {
    expect(
      operations()
        .map(({ route }) => route)
        .toSorted(),
    ).toEqual([...CONTRACT_ROUTES.map(({ route }) => route), ...WEBHOOK_ROUTES].toSorted());
  });
});

describe('the document', () => {
  test('is a valid OpenAPI 3.1 document whose examples fit their schemas', async () => {
    expect(await problemsOf(document)).toEqual([]);
  });

  test('has bodies as examples that their procedures take', () => {
    const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { inputs: z.ZodType[] } }>;
    for (const { route, procedure } of CONTRACT_ROUTES) {
      const example = operationOf(route)?.requestBody?.content['application/json']?.example;
      if (example === undefined) continue;
      // what the path says
      const input = { ...(route.includes('{id}') && { id: 'x' }), ...(example as object) };
      for (const schema of procedures[procedure]?._def.inputs ?? []) {
        expect(schema.safeParse(input).error?.issues, route).toBeUndefined();
      }
    }
  });

  test('has typical answers of what there is', () => {
    const procedures = ROUTES.map(({ procedure }) => procedure);
    for (const key of [...Object.keys(TYPICAL_BODIES), ...Object.keys(TYPICAL_ANSWERS)]) {
      expect(procedures).toContain(key.split(' ')[0]);
    }
  });

  test('would be found out: each kind of mistake is one', async () => {
    const broken = (change: (copy: OpenApiDocument) => void) => {
      const copy = structuredClone(document);
      change(copy);
      return problemsOf(copy);
    };
    const login = (copy: OpenApiDocument) => copy.paths['/auth/login']?.post as Operation;
    expect(await broken((copy) => Object.assign(copy, { servers: 'here' }))).not.toEqual([]);
    expect(await broken((copy) => Object.assign(login(copy), { operationId: 'auth-register' }))).not.toEqual([]);
    expect(await broken((copy) => Object.assign(login(copy), { security: [{ nothing: [] }] }))).not.toEqual([]);
    expect(
      await broken((copy) => {
        const body = login(copy).requestBody?.content['application/json'];
        Object.assign(body ?? {}, { example: { email: 5 } });
      }),
    ).not.toEqual([]);
    expect(
      await broken((copy) => Object.assign(login(copy), { responses: { 200: { $ref: '#/components/responses/X' } } })),
    ).not.toEqual([]);
  });

  test('says of each route who may call it, what it answers and every error it has', () => {
    for (const { route, procedure, ...more } of CONTRACT_ROUTES) {
      const operation = operationOf(route);
      const codes = Object.values(operation?.responses ?? {}).flatMap((response) =>
        Object.keys(
          (response as { content?: { 'application/json': { examples?: object } } }).content?.['application/json']
            .examples ?? {},
        ),
      );
      expect(operation?.security, route).toEqual(more.public ? [] : [{ bearer: [] }, { cookie: [] }]);
      expect(operation?.deprecated ?? false, route).toBe(more.old ?? false);
      expect(codes, route).toContain('INTERNAL');
      expect(codes.includes('TOKEN_REQUIRED'), route).toBe(!more.public);
      for (const code of ROUTES.find((found) => found.procedure === procedure)?.errors ?? []) {
        expect(codes, route).toContain(code);
      }
      for (const [status, response] of Object.entries(operation?.responses ?? {})) {
        const { content, headers, description } = response as Record<string, object | undefined>;
        expect(headers, `${route} ${status}`).toHaveProperty('X-Request-Id');
        expect(description, `${route} ${status}`).toBeTruthy();
        expect(content === undefined, `${route} ${status}`).toBe(status === '204');
        const json = (content as { 'application/json'?: { example?: unknown; examples?: object } } | undefined)?.[
          'application/json'
        ];
        if (json) expect(json.example ?? json.examples, `${route} ${status}`).toBeDefined();
      }
    }
  });

  test('has the statuses that the contract names', () => {
    const statuses = (route: string) =>
      Object.keys(operationOf(route)?.responses ?? {}).filter((status) => status.startsWith('2'));
    expect(statuses('POST /auth/register')).toEqual(['201']);
    expect(statuses('POST /auth/login')).toEqual(['200']);
    expect(statuses('POST /clients')).toEqual(['201']);
    expect(statuses('DELETE /clients/{id}')).toEqual(['204']);
    expect(statuses('POST /whatsapp/send')).toEqual(['200', '202']);
    expect(statuses('POST /messages/send')).toEqual(['202']);
    const words = (status: string) => {
      const said = operationOf('POST /whatsapp/send')?.responses[status] as {
        content: { 'application/json': { schema: JsonSchema } };
      };
      return said.content['application/json'].schema.properties?.status?.enum;
    };
    expect([words('200'), words('202')]).toEqual([['sent'], ['queued']]);
  });

  test('has e-mails as such, and says that a client needs a phone or an e-mail', () => {
    const bodyOf = (route: string) => operationOf(route)?.requestBody?.content['application/json']?.schema;
    expect(bodyOf('POST /auth/login')?.properties?.email).toMatchObject({ type: 'string', format: 'email' });
    expect(bodyOf('PUT /clients/{id}')?.properties?.email?.anyOf?.[0]).toMatchObject({ format: 'email' });
    expect(bodyOf('POST /clients')?.anyOf?.map(({ required }) => required)).toEqual([['phone'], ['email']]);
    expect(bodyOf('PUT /clients/{id}')).not.toHaveProperty('anyOf');
  });

  test('lists are arrays with X-Total-Count, and dates are dates', () => {
    const list = operationOf('GET /clients')?.responses['200'] as {
      headers: object;
      content: { 'application/json': { schema: { type: string; items: { properties: object } } } };
    };
    expect(list.headers).toHaveProperty('X-Total-Count');
    expect(list.content['application/json'].schema).toMatchObject({
      type: 'array',
      items: { properties: { createdAt: { type: 'string', format: 'date-time' } } },
    });
  });

  test('every error of the table has its example in the one shape', () => {
    const { examples } = document.components;
    expect(Object.keys(examples ?? {}).toSorted()).toEqual(Object.keys(ERRORS).toSorted());
  });
});

describe('the old product’s names', () => {
  const schemaOf = (of: Operation | undefined, { in: where, at }: OldName): JsonSchema | undefined => {
    if (where === 'body') return of?.requestBody?.content['application/json']?.schema.properties?.[at];
    if (where === 'query') {
      const parameters = (of?.parameters ?? []) as { in?: string; name?: string; schema: JsonSchema }[];
      return parameters.find((parameter) => parameter.in === 'query' && parameter.name === at)?.schema;
    }
    const answer = of?.responses['200'] as { content: { 'application/json': { schema: JsonSchema } } };
    const field = (schema: JsonSchema | undefined, name: string) => (schema?.items ?? schema)?.properties?.[name];
    return at.split('.').reduce<JsonSchema | undefined>(field, answer.content['application/json'].schema);
  };

  for (const old of OLD_NAMES) {
    test(`${old.route}, ${old.in}: ${old.at} ${old.value ?? ''} is deprecated`, () => {
      const schema = schemaOf(operationOf(old.route), old);
      const said = old.value ? schema?.anyOf?.find((choice) => choice.const === old.value) : schema;
      expect(said).toMatchObject({ deprecated: true, description: expect.stringMatching(/^The old .*`\w+/) });
      // what it is called today is no old name
      if (old.value) expect(schema?.anyOf?.[0]).toMatchObject({ type: 'string', enum: expect.any(Array) });
    });
  }

  test('and the old routes are all that is deprecated', () => {
    const marks = JSON.stringify(document).match(/"deprecated":true/g) ?? [];
    expect(marks).toHaveLength(OLD_NAMES.length + CONTRACT_ROUTES.filter(({ old }) => old).length);
  });
});

test('only what counts under a limit answers RATE_LIMITED, and log-ins have a code of their own', () => {
  const examples = (route: string) => {
    const response = operationOf(route)?.responses['429'] as
      | { content: { 'application/json': { examples: object } } }
      | undefined;
    return Object.keys(response?.content['application/json'].examples ?? {});
  };
  expect(examples('POST /auth/login')).toEqual(['TOO_MANY_ATTEMPTS']);
  expect(examples('POST /auth/register')).toEqual(['RATE_LIMITED']);
  expect(examples('POST /auth/password').toSorted()).toEqual(['RATE_LIMITED', 'TOO_MANY_ATTEMPTS']);
  expect(examples('POST /clients')).toEqual(['RATE_LIMITED']);
  expect(examples('GET /whatsapp/status')).toEqual(['RATE_LIMITED']);
  expect(examples('GET /clients')).toEqual([]);
});
