import type { JsonSchema } from './openapi-examples';
import type { Route } from './rest-routes';

/** Names and values of the old product in the document: each is there, deprecated, and says what it is called today. */

type Parameter = { in?: string; name?: string; schema?: JsonSchema };

const oldName = (today: string) =>
  `The old name of \`${today}\`, given in its place; beside it, it has to say the same. Taken over REST only.`;

const said = (meant: Record<string, string>) =>
  Object.entries(meant)
    .map(([field, value]) => `\`${field}: ${value}\``)
    .join(' and ');

/** What the schema takes today, or one of the old values. */
function withOldValues(schema: JsonSchema, values: Record<string, Record<string, string>>): JsonSchema {
  const { type, enum: today, ...rest } = schema;
  const old = Object.entries(values).map(([value, meant]) => ({
    type: 'string',
    const: value,
    deprecated: true,
    description: `The old product’s word for ${said(meant)}; taken over REST only.`,
  }));
  return { ...rest, anyOf: [{ ...(type && { type }), ...(today && { enum: today }) }, ...old] };
}

/** A body's schema. */
export function bodyWithOldNames({ oldNames = {}, oldValues = {} }: Route, schema: JsonSchema): JsonSchema {
  const today = Object.entries(schema.properties ?? {}).map(([name, field]): [string, JsonSchema] => [
    name,
    oldValues[name] ? withOldValues(field, oldValues[name]) : field,
  ]);
  const old = Object.entries(oldNames).map(([name, field]): [string, JsonSchema] => [
    name,
    {
      ...schema.properties?.[field],
      deprecated: true,
      description: oldName(field),
    },
  ]);
  return { ...schema, properties: Object.fromEntries([...today, ...old]) };
}

/** The parameters of a query string. */
export function queryWithOldNames({ oldNames = {}, oldValues = {} }: Route, parameters: object[]): object[] {
  const today = parameters.map((parameter: Parameter) => {
    const values = parameter.in === 'query' ? oldValues[parameter.name ?? ''] : undefined;
    return values ? { ...parameter, schema: withOldValues(parameter.schema ?? {}, values) } : parameter;
  });
  const old = Object.entries(oldNames).flatMap(([name, field]) => {
    const found = today.find((parameter: Parameter) => parameter.in === 'query' && parameter.name === field);
    return found ? [{ ...found, name, required: false, deprecated: true, description: oldName(field) }] : [];
  });
  return [...today, ...old];
}
