import { cookieNames } from '@/server/auth/cookies';
import type { Config } from '@/server/config';
import { appRouter } from '@/server/router';
import { ERROR_SCHEMA, errorExamples } from './openapi-errors';
import { finishedOperation, type Operation } from './openapi-operation';
import { WEBHOOK_PATHS } from './openapi-webhooks';
import { ROUTES, type Route } from './rest-routes';

type Paths = Record<string, Record<string, Operation>>;
export type OpenApiDocument = {
  openapi: string;
  paths: Paths;
  components: Record<string, object>;
  [more: string]: unknown;
};

const ABOUT = `Every user links their own WhatsApp number, then writes and answers from here.

Get a token from \`POST /auth/login\` and send it as \`Authorization: Bearer …\`. Bodies are JSON and are read as they are (\`"false"\` is
not a boolean); query strings are coerced. Ids are opaque, dates ISO 8601 UTC, phones E.164 with \`+\`. Lists are bare arrays, newest
first, with \`limit\`, \`offset\` and \`search\`; \`X-Total-Count\` counts all that match. Every error has one shape, with a \`code\` for
programs and a \`message\` in the language of \`Accept-Language\` (es, en). What belongs to somebody else is 404.`;

const TAGS = {
  auth: 'Accounts and tokens.',
  whatsapp: 'The link with your own number, and writing over it.',
  clients: 'The people you write to.',
  orders: 'What they ordered.',
  templates: 'Texts with variables.',
  messages: 'Messages by the best channel.',
  webhooks: 'What providers call.',
  system: 'This server.',
} as const;

const COMPONENTS = {
  parameters: {
    'Accept-Language': {
      in: 'header',
      name: 'Accept-Language',
      description: 'The language of messages to people.',
      schema: { type: 'string', default: 'es' },
      example: 'es',
    },
    'X-Request-Id': {
      in: 'header',
      name: 'X-Request-Id',
      description: 'An id of yours for this request: letters, digits, `_` and `-`. Without it, ours.',
      schema: { type: 'string', maxLength: 100 },
    },
    'Idempotency-Key': {
      in: 'header',
      name: 'Idempotency-Key',
      description: 'The same key and body within 24 hours: the same answer, sent once. Another body: 409.',
      schema: { type: 'string', maxLength: 200 },
    },
    Prefer: {
      in: 'header',
      name: 'Prefer',
      description: '`respond-async`: do not wait, answer 202.',
      schema: { type: 'string' },
    },
  },
  headers: {
    'X-Request-Id': { description: 'The id of this request.', schema: { type: 'string' } },
    'X-Total-Count': { description: 'How many match, whatever limit and offset.', schema: { type: 'integer' } },
    'Idempotency-Replayed': {
      description: '`true`: the answer that this Idempotency-Key was given before; nothing was sent again.',
      schema: { type: 'string', const: 'true' },
    },
    'RateLimit-Limit': { description: 'How many calls of this kind fit into a window.', schema: { type: 'integer' } },
    'RateLimit-Remaining': { description: 'How many are left in this one.', schema: { type: 'integer' } },
    'RateLimit-Reset': { description: 'Seconds until the next one.', schema: { type: 'integer' } },
    'RateLimit-Policy': { description: 'The limit and its window in seconds: `10;w=60`.', schema: { type: 'string' } },
    'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } },
  },
};

const methodOf = ({ method }: Route) => method.toLowerCase();

function finishedPaths(generated: Paths): Paths {
  const paths: Paths = {};
  for (const route of ROUTES) {
    const today = ROUTES.find(({ procedure, deprecated }) => procedure === route.procedure && !deprecated) ?? route;
    const made = generated[today.path]?.[methodOf(route)];
    if (!made) throw new Error(`${route.method} ${route.path} is not in the generated document`);
    const operation = finishedOperation(route, made, `${today.method} ${today.path}`);
    paths[route.path] = { ...paths[route.path], [methodOf(route)]: operation };
  }
  return paths;
}

/** The OpenAPI document of /api/v1: made of the procedures by trpc-to-openapi, and finished here. */
export async function makeOpenApi(config: Pick<Config, 'PORT' | 'publicUrl'>): Promise<OpenApiDocument> {
  // loaded with the first question: it is nobody's business at a start
  const { generateOpenApiDocument } = await import('trpc-to-openapi');
  const generated = generateOpenApiDocument(appRouter as never, {
    title: 'OmniWP',
    version: '1.0.0',
    baseUrl: '/api/v1',
    securitySchemes: {},
  });
  const paths = { ...finishedPaths(generated.paths as unknown as Paths), ...WEBHOOK_PATHS };
  const used = new Set<string>(['webhooks', ...ROUTES.flatMap(({ tags }) => tags)]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'OmniWP',
      version: '1.0.0',
      description: ABOUT,
    },
    servers: [{ url: '/api/v1', description: 'This server' }],
    tags: Object.entries(TAGS).flatMap(([name, description]) => (used.has(name) ? [{ name, description }] : [])),
    paths,
    components: {
      ...COMPONENTS,
      schemas: { Error: ERROR_SCHEMA },
      examples: errorExamples(),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The token of POST /auth/login.' },
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: cookieNames(config).session,
          description: 'The dashboard’s own session; from our pages only.',
        },
      },
    },
  };
}

/** Makes the document once, when it is first asked for. */
export function createOpenApi(config: Config): () => Promise<string> {
  let made: Promise<string> | null = null;
  return () => {
    made ??= makeOpenApi(config).then((document) => JSON.stringify(document));
    return made;
  };
}
