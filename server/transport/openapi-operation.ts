import { z } from 'zod';
import { errorResponses, RATE_HEADERS } from './openapi-errors';
import { exampleOf, type JsonSchema } from './openapi-examples';
import { bodyWithOldNames, queryWithOldNames } from './openapi-old-names';
import { laidOver, TYPICAL_ANSWERS, TYPICAL_BODIES } from './openapi-typical';
import type { Route } from './rest-routes';

/** An operation of the document, as much of it as is finished here. */
export type Operation = {
  operationId: string;
  tags?: string[];
  summary?: string;
  description?: string;
  deprecated?: boolean;
  security?: object[];
  parameters?: object[];
  requestBody?: { required?: boolean; content: Record<string, { schema: JsonSchema; example?: unknown }> };
  responses: Record<string, object>;
};

const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });

/** Dates are ISO 8601 on the wire, and the generator says only that they are text. */
function markDates(schema: z.core.$ZodType, json: JsonSchema): void {
  if (schema instanceof z.ZodDate) json.format = 'date-time';
  else if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    const inner = json.anyOf?.find(({ type }) => type !== 'null') ?? json;
    markDates(schema.def.innerType, inner);
  } else if (schema instanceof z.ZodArray) {
    if (json.items) markDates(schema.def.element, json.items);
  } else if (schema instanceof z.ZodObject) {
    for (const [key, field] of Object.entries(schema.shape)) {
      const property = json.properties?.[key];
      if (property) markDates(field, property);
    }
  }
}

function answerOf({ procedure }: Route, status: number, schema: JsonSchema): unknown {
  const always = laidOver(exampleOf(schema), TYPICAL_ANSWERS[procedure]);
  return laidOver(always, TYPICAL_ANSWERS[`${procedure} ${status}`]);
}

/** Where the answer decides the status, each status has only the values that lead to it. */
function withStatus({ status: otherwise = 200, statusWhen }: Route, status: number, schema: JsonSchema): JsonSchema {
  const field = schema.properties?.[statusWhen?.field ?? ''];
  if (!statusWhen || !field?.enum) return schema;
  const values = field.enum.filter((value) => (statusWhen.values[String(value)] ?? otherwise) === status);
  return { ...schema, properties: { ...schema.properties, [statusWhen.field]: { ...field, enum: values } } };
}

function successes(route: Route, generated: JsonSchema): Record<string, object> {
  if (route.output) markDates(route.output, generated);
  const schema = route.list ? (generated.properties?.items ?? {}) : generated;
  const headers = {
    'X-Request-Id': ref('headers', 'X-Request-Id'),
    ...(route.sends && { 'Idempotency-Replayed': ref('headers', 'Idempotency-Replayed') }),
    ...(route.list && { 'X-Total-Count': ref('headers', 'X-Total-Count') }),
    ...(route.counted && RATE_HEADERS),
  };
  const statuses = [...new Set([route.status ?? 200, ...Object.values(route.statusWhen?.values ?? {})])];
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      {
        description: DESCRIPTIONS[status] ?? 'Done.',
        headers,
        ...(status !== 204 && {
          content: {
            'application/json': { schema: withStatus(route, status, schema), example: answerOf(route, status, schema) },
          },
        }),
      },
    ]),
  );
}

const DESCRIPTIONS: Record<number, string> = {
  200: 'Done.',
  201: 'Made.',
  202: 'Taken: it is stored and will leave in its turn.',
  204: 'Gone.',
};

/** A schema's own refinement, which the generator does not see. */
function needsOneOf({ oneNeeded }: Route): Pick<JsonSchema, 'anyOf'> {
  if (!oneNeeded) return {};
  return { anyOf: oneNeeded.map((name) => ({ required: [name], properties: { [name]: { type: 'string' } } })) };
}

function finishedBody(route: Route, { requestBody }: Operation): Operation['requestBody'] {
  const schema = requestBody?.content['application/json']?.schema;
  if (!requestBody || !schema) return undefined;
  const finished = { ...bodyWithOldNames(route, schema), ...needsOneOf(route) };
  return {
    ...requestBody,
    content: {
      'application/json': { schema: finished, example: TYPICAL_BODIES[route.procedure] ?? exampleOf(schema) },
    },
  };
}

/** Completes what the generator made of a route: statuses, headers, errors, examples, and that it is old. */
export function finishedOperation(route: Route, made: Operation, today: string): Operation {
  const generated = (made.responses['200'] as { content: Record<string, { schema: JsonSchema }> }).content;
  const schema = generated['application/json']?.schema ?? {};
  const { operationId, ...said } = structuredClone({ ...made, responses: {} });
  return {
    operationId: route.deprecated ? `${operationId}-${route.segments.at(-1)}` : operationId,
    ...said,
    ...(route.deprecated && { deprecated: true, description: `The old address of \`${today}\`, answered like it.` }),
    security: route.public ? [] : [{ bearer: [] }, { cookie: [] }],
    parameters: [
      ...queryWithOldNames(route, said.parameters ?? []),
      ref('parameters', 'Accept-Language'),
      ref('parameters', 'X-Request-Id'),
      ...(route.sends ? [ref('parameters', 'Idempotency-Key')] : []),
      ...(route.statusWhen ? [ref('parameters', 'Prefer')] : []),
    ],
    requestBody: finishedBody(route, said as Operation),
    responses: { ...successes(route, structuredClone(schema)), ...errorResponses(route) },
  };
}
