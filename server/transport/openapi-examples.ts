/** Examples for the OpenAPI document, from the schemas: what a reader would expect to see under such a name. */

/** As much of a JSON schema as examples need. */
export type JsonSchema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  example?: unknown;
  examples?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  minimum?: number;
  deprecated?: boolean;
  description?: string;
};

const ID = '019abf6e-5c2d-7e41-9d0a-3b8f2c7d1e90';
const MOMENT = '2026-11-24T15:04:05.000Z';
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJ1c2VySWQiOiIwMTlhYmY2ZSJ9.c2lnbmF0dXJl';

const BY_NAME: Record<string, unknown> = {
  id: ID,
  userId: ID,
  clientId: ID,
  orderId: ID,
  templateId: ID,
  messageId: ID,
  name: 'Ana Pérez',
  email: 'ana@example.com',
  password: 'una-clave-larga-42',
  currentPassword: 'una-clave-larga-42',
  newPassword: 'otra-clave-larga-43',
  token: TOKEN,
  inviteToken: TOKEN,
  phone: '+5491123456789',
  phoneNumber: '+5491123456789',
  number: '+5491123456789',
  clientNumber: '+5491134567890',
  notes: 'Prefiere que le escriban por la tarde.',
  description: 'Torta de chocolate para 20 personas',
  text: '¡Hola! Tu pedido está listo.',
  body: '¡Hola! Tu pedido está listo.',
  content: 'Hola {clientName}, tu pedido "{orderDescription}" está listo.',
  message: 'WhatsApp está conectado.',
  subject: 'Tu pedido',
  search: 'ana',
  country: 'AR',
  platform: 'android',
  qrCode: '2@Qm9vbGVhbg,8sTj,WmFw,1',
  pairingCode: 'ABCD1234',
  providerMessageId: 'true_5491134567890@c.us_3EB0C767D26B8A3F0B',
  placeholders: ['clientName', 'orderDescription'],
  variables: { orderDescription: 'una torta' },
  errorCode: null,
  errorMessage: null,
  reason: null,
  limit: 50,
  offset: 0,
  total: 1,
};

const typesOf = ({ type }: JsonSchema) => (Array.isArray(type) ? type : type === undefined ? [] : [type]);

/** Whether a value that stands under a name can stand under this schema too. */
function fits(schema: JsonSchema, value: unknown): boolean {
  const types = [...typesOf(schema), ...(schema.anyOf ?? []).flatMap(typesOf)];
  if (types.length === 0) return true;
  if (value === null) return types.includes('null');
  if (Array.isArray(value)) return types.includes('array');
  if (typeof value === 'number') return types.includes('number') || types.includes('integer');
  return types.includes(typeof value);
}

/** An example of what the schema describes; `name`: of which field. Old names that may be left out are. */
export function exampleOf(schema: JsonSchema, name = ''): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum?.length) return schema.enum.find((value) => value !== null);
  if (Object.hasOwn(BY_NAME, name) && !schema.properties && fits(schema, BY_NAME[name])) return BY_NAME[name];
  if (schema.default !== undefined) return schema.default;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return exampleOf(choices.find((choice) => !typesOf(choice).includes('null')) ?? {}, name);
  if (schema.format === 'date-time') return MOMENT;
  return byType(schema);
}

function byType(schema: JsonSchema): unknown {
  switch (typesOf(schema).find((type) => type !== 'null')) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([key, field]) => !field.deprecated || schema.required?.includes(key))
          .map(([key, field]) => [key, exampleOf(field, key)]),
      );
    case 'array':
      return [exampleOf(schema.items ?? {})];
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return true;
    case 'string':
      return 'texto';
    default:
      return null;
  }
}
