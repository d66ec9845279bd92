import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { appRouter } from '@/server/router';
import { unwrapped } from '@/server/transport/rest-routes';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { eventually } from '@/tests/support/node';
import { setStores } from '@/tests/support/stores';
import { PROCEDURES } from '@/tests/support/wire';

/**
 * Made from the router: every field of every input that names something of an owner's is filled with another owner's id, one at a time,
 * everything else being the caller's own, and the answer must be 404. A procedure with a field that this test does not know how to fill
 * fails it.
 */

const ANA = '+5491123456781';
const BETO = '+5491123456782';
const CARLA = '+5491134567890';

/** What ids name, by the name of their field; `id` alone is of the router's own kind. */
type Kind = 'chat' | 'message' | 'client' | 'order' | 'template';
const KINDS: Record<string, Kind> = {
  chatId: 'chat',
  messageId: 'message',
  upToMessageId: 'message',
  clientId: 'client',
  orderId: 'order',
  templateId: 'template',
  'chats.id': 'chat',
  'clients.id': 'client',
  'messages.id': 'message',
  'orders.id': 'order',
  'templates.id': 'template',
};

/** Good values for what is not an id. */
const VALUES: Record<string, unknown> = {
  text: 'hola',
  clientKey: randomUUID(),
  clientNumber: CARLA,
  name: 'Nombre',
  phone: '+5491100000077',
  email: 'alguien@example.com',
  description: 'un pedido',
  content: 'un texto',
  channel: 'whatsapp',
  newPassword: 'otra-clave-9',
  currentPassword: 'secreto-123',
  password: 'secreto-123',
  token: 'x',
  disabled: false,
};

type Things = Record<Kind, string>;
type Field = { name: string; schema: z.core.$ZodType };

const stores = setStores();
let app: TestApp;
let beto: Owner;
let hers: Things;
let his: Things;

async function thingsOf({ client: trpc }: Owner): Promise<Things> {
  const chat = await eventually('a chat', async () => (await trpc.chats.list.query({})).items[0]);
  const client = await eventually('a client', async () => (await trpc.clients.list.query({})).items[0]);
  const template = await trpc.templates.create.mutate({ name: 'Propia', content: 'Hola {clientName}' });
  const order = await trpc.orders.create.mutate({ clientId: client.id, description: 'Torta' });
  const sent = await trpc.chats.send.mutate({ chatId: chat.id, text: 'va', clientKey: randomUUID() });
  return { chat: chat.id, client: client.id, template: template.id, order: order.id, message: sent.id };
}

beforeAll(async () => {
  app = await createTestApp({ databaseUrl: stores.databaseUrl, redisUrl: stores.redisUrl });
  const ana = await app.register('Ana');
  beto = await app.register('Beto');
  await app.link(ana, ANA, 'Panadería');
  await app.link(beto, BETO, 'Taller');
  const carla = app.network.phone(CARLA, 'Carla');
  carla.say(ANA, 'hola Ana');
  carla.say(BETO, 'hola Beto');
  hers = await thingsOf(ana);
  his = await thingsOf(beto);
}, 60_000);
afterAll(async () => {
  await app.close();
});

const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { inputs: z.ZodType[] } }>;

/** The fields of a procedure's input, through whatever wraps the object. */
function fieldsOf(path: string): Field[] {
  return (procedures[path]?._def.inputs ?? []).flatMap((input) => {
    const object = unwrapped(input);
    if (!(object instanceof z.ZodObject)) throw new Error(`${path}: an input that is no object`);
    return Object.entries(object.shape).map(([name, schema]) => ({ name, schema }));
  });
}

const kindOf = (path: string, name: string): Kind | undefined =>
  KINDS[name === 'id' ? `${path.split('.')[0]}.id` : name];
/** `lastEventId` is a place in the caller's own log, not a thing. */
const looksLikeId = (name: string) => (name === 'id' || /Ids?$/.test(name)) && name !== 'lastEventId';
const isRequired = ({ schema }: Field) => !z.safeParse(schema, undefined).success;

/** An input of his own things, with hers in one field. */
function inputWith(path: string, field: string, thing: string): Record<string, unknown> {
  const filled = fieldsOf(path).flatMap((one): [string, unknown][] => {
    if (one.name === field) return [[field, thing]];
    const kind = kindOf(path, one.name);
    if (kind && isRequired(one)) return [[one.name, his[kind]]];
    if (!isRequired(one)) return [];
    if (!Object.hasOwn(VALUES, one.name)) throw new Error(`${path}: no good value for ${one.name}`);
    return [[one.name, VALUES[one.name]]];
  });
  return Object.fromEntries(filled);
}

const cases = Object.keys(PROCEDURES).flatMap((path) =>
  fieldsOf(path)
    .filter(({ name }) => looksLikeId(name))
    .map(({ name }) => ({ path, name })),
);

test('every id of every input is known for what it names', () => {
  expect(cases.filter(({ path, name }) => !kindOf(path, name))).toEqual([]);
  expect(cases.length).toBeGreaterThanOrEqual(19);
});

describe('another owner’s id', () => {
  for (const { path, name } of cases) {
    test(`in ${path} as ${name} is 404, as one that nobody has`, async () => {
      const kind = kindOf(path, name);
      if (!kind) throw new Error('unknown');
      const answers = await Promise.all(
        [hers[kind], randomUUID()].map((thing) =>
          app.call(path, { token: beto.token, input: inputWith(path, name, thing) }),
        ),
      );
      for (const answer of answers) {
        expect({ status: answer.status, code: answer.error?.code }).toEqual({
          status: 404,
          code: expect.stringMatching(/_NOT_FOUND$/),
        });
      }
      expect(answers[0]?.error?.code).toBe(answers[1]?.error?.code);
      expect(answers[0]?.text).not.toContain(hers[kind]);
    });
  }
});
