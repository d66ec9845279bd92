import fc from 'fast-check';
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ERRORS } from '@/server/errors';
import { makeOpenApi } from '@/server/transport/openapi';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { badRequests, type MadeRequest } from '@/tests/support/bad-requests';
import { eventually } from '@/tests/support/node';
import { setStores } from '@/tests/support/stores';

/** Ten thousand requests made from the OpenAPI document: no 5xx, no answer that the document does not know, nothing half done. */

const HOW_MANY = Number(process.env.FUZZ_REQUESTS ?? 10_000);
const AT_ONCE = 16;
const ANA = '+5491123456781';
const CARLA = '+5491134567890';

/** What would end the run's own credential, or start and stop browsers all the while. */
const SKIPPED = new Set([
  'POST /auth/logout',
  'POST /whatsapp/disconnect',
  'POST /whatsapp/restart',
  'POST /whatsapp/restore',
  'POST /whatsapp/connect',
  'POST /whatsapp/connect-auth',
]);

const stores = setStores();
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
let app: TestApp;
let owner: Owner;
let known: string[];

beforeAll(async () => {
  const LOTS = '1000000000';
  app = await createTestApp({
    databaseUrl: stores.databaseUrl,
    redisUrl: stores.redisUrl,
    env: { LOGIN_LIMIT_PAIR: LOTS, LOGIN_LIMIT_ACCOUNT: LOTS, LOGIN_LIMIT_ADDRESS: LOTS },
  });
  owner = await app.register('Ana');
  await app.link(owner, ANA, 'Panadería');
  app.network.phone(CARLA, 'Carla').say(ANA, 'hola');
  const client = await eventually('a client', async () => (await owner.client.clients.list.query({})).items[0]);
  const order = await owner.client.orders.create.mutate({ clientId: client.id, description: 'Torta' });
  const template = await owner.client.templates.create.mutate({ name: 'Propia', content: 'Hola {clientName}' });
  known = [client.id, order.id, template.id, 'confirmacion-es'];
}, 60_000);
afterAll(async () => {
  agent.destroy();
  await app.close();
});

type Answer = { status: number; text: string };

/** By hand: fetch would mend some of these before they leave. */
function send({ method, path, headers, body }: MadeRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        agent,
        host: '127.0.0.1',
        port: app.config.PORT,
        method,
        path: `/api/v1${path}`,
        headers: {
          ...headers,
          authorization: `Bearer ${owner.token}`,
          prefer: 'respond-async',
          ...(body && { 'content-length': String(body.length) }),
        },
      },
      (response) => {
        let text = '';
        response.on('data', (data) => (text += String(data)));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    asked.on('error', reject);
    asked.end(body ?? undefined);
  });
}

/** How many rows of each kind are the owner's. */
async function counts() {
  const where = { where: { ownerId: owner.ownerId } };
  const [clients, orders, templates] = await Promise.all([
    app.node.db.client.count(where),
    app.node.db.order.count(where),
    app.node.db.template.count({ where: { ownerId: owner.ownerId, builtIn: null } }),
  ]);
  return { clients, orders, templates };
}

test(`${HOW_MANY} requests`, async () => {
  const document = await makeOpenApi(app.config);
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000);
  const requests = fc.sample(badRequests(document, known, SKIPPED), { numRuns: HOW_MANY, seed });
  const before = await counts();
  const wrong: string[] = [];
  const done: Record<string, number> = {};
  const seen: Record<number, number> = {};

  const look = (made: MadeRequest, { status, text }: Answer) => {
    seen[status] = (seen[status] ?? 0) + 1;
    const [, path = ''] = made.route.split(' ');
    const documented = document.paths[path]?.[made.method.toLowerCase()]?.responses ?? {};
    const what = `${made.method} ${made.path.slice(0, 200)} ${made.body?.toString().slice(0, 300) ?? ''} → ${status} ${text.slice(0, 200)}`;
    if (status >= 500 || !(String(status) in documented)) wrong.push(what);
    else if (status >= 400) {
      const { success, error, code, message, requestId } = JSON.parse(text) as Record<string, unknown>;
      const entry = ERRORS[code as keyof typeof ERRORS];
      if (success !== false || error !== true || entry?.status !== status || message !== entry.es || !requestId)
        wrong.push(what);
    } else {
      const key = `${made.route} ${status}`;
      done[key] = (done[key] ?? 0) + 1;
    }
  };
  const queue = [...requests];
  const worker = async () => {
    for (let made = queue.pop(); made; made = queue.pop()) look(made, await send(made));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  expect(wrong.slice(0, 5), `${wrong.length} of ${HOW_MANY}, FUZZ_SEED=${seed}`).toEqual([]);
  const made = (kind: string) => (done[`POST /${kind} 201`] ?? 0) - (done[`DELETE /${kind}/{id} 204`] ?? 0);
  const after = await counts();
  expect(after.clients - before.clients).toBe(made('clients'));
  expect(after.orders - before.orders).toBe(made('orders'));
  // it tried something: most were refused, and some were good
  expect(seen[400]).toBeGreaterThan(HOW_MANY / 4);
  expect(Object.keys(done).length).toBeGreaterThan(10);
  expect((await app.rest('GET /auth/me', { token: owner.token })).status).toBe(200);
}, 900_000);
