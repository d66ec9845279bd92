import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERRORS } from '@/server/errors';
import { ownerIdOfRow } from '@/server/auth/owner-id';
import { createTestApp, type Owner, PASSWORD, type TestApp } from '@/tests/support/app';
import { eventually } from '@/tests/support/node';
import { RULES, type Things, type World } from '@/tests/support/tenancy-rules';
import { type Answer, PROCEDURES } from '@/tests/support/wire';
import { setStores } from '@/tests/support/stores';

/** Two owners of one server; Ana has everything, and Beto tries her ids with his own token. */

const ANA = '+5491123456781';
const BETO = '+5491123456782';
const CARLA = '+5491134567890';
const SECRET = 'la clave del portón es 4711';

const stores = setStores();
let app: TestApp;
let ana: Owner;
let beto: Owner;
let hers: Things;
let his: World['his'];

beforeAll(async () => {
  app = await createTestApp(stores);
  ana = await app.register('Ana');
  beto = await app.register('Beto');
  const carla = app.network.phone(CARLA, 'Carla Confidencial');
  await app.link(ana, ANA, 'Panadería de Ana');
  await app.link(beto, BETO, 'Taller de Beto');

  carla.say(ANA, SECRET);
  const chat = await chatWith(ana, CARLA);
  const clientKey = randomUUID();
  const sent = await ana.client.chats.send.mutate({ chatId: chat.id, text: `${SECRET}: anotado`, clientKey });
  const failed = await app.node.db.message.create({
    data: {
      ownerId: ana.ownerId,
      chatId: chat.id,
      ownNumber: ANA,
      direction: 'outbound',
      text: SECRET,
      status: 'failed',
      at: new Date(),
    },
  });
  await eventually('the message to be delivered', async () =>
    app.node.db.message.findFirst({ where: { id: sent.id, status: 'delivered' } }),
  );
  const page = await ana.client.chats.messages.query({ chatId: chat.id, limit: 1 });
  const [clientId, orderId] = await clientAndOrder(ana, `${SECRET}: el pedido`);
  const template = await ana.client.templates.create.mutate({ name: 'El portón', content: SECRET });
  // her wording of one that he has too
  await ana.client.templates.update.mutate({ id: 'confirmacion-es', content: SECRET });
  hers = {
    templateId: template.id,
    chatId: chat.id,
    messageId: sent.id,
    failedId: failed.id,
    clientKey,
    cursor: page.nextCursor ?? '',
    clientId,
    orderId,
  };
  carla.say(BETO, 'hola Beto');
  const [hisClientId, hisOrderId] = await clientAndOrder(beto, 'un pedido de Beto');
  his = { chatId: (await chatWith(beto, CARLA)).id, clientId: hisClientId, orderId: hisOrderId };
}, 60_000);

afterAll(async () => {
  await app.close();
});

const chatWith = (owner: Owner, phone: string) =>
  eventually(`a chat with ${phone}`, async () =>
    (await owner.client.chats.list.query({})).items.find((chat) => chat.phone === phone),
  );

/** The client that a message from Carla made, and an order of theirs. */
async function clientAndOrder(owner: Owner, description: string): Promise<[string, string]> {
  const client = await eventually('a client', async () => (await owner.client.clients.list.query({})).items[0]);
  const order = await owner.client.orders.create.mutate({ clientId: client.id, description });
  return [client.id, order.id];
}

/** Everything that is Ana's, as rows. */
async function everythingOf(ownerId: string): Promise<string> {
  const { db } = app.node;
  const where = { where: { ownerId }, orderBy: { id: 'asc' } } as const;
  const [user, chats, messages, clients, orders, templates, events, sessions, link] = await Promise.all([
    db.user.findUnique({ where: { id: ownerId } }),
    db.chat.findMany(where),
    db.message.findMany(where),
    db.client.findMany(where),
    db.order.findMany(where),
    db.template.findMany(where),
    db.event.findMany({ where: { ownerId }, orderBy: { seq: 'asc' } }),
    db.authSession.findMany({ where: { userId: ownerId }, orderBy: { id: 'asc' } }),
    db.whatsappSession.findUnique({ where: { ownerId }, omit: { leaseUntil: true, updatedAt: true } }),
  ]);
  const status = await app.node.registry.status(ownerIdOfRow({ ownerId }));
  return JSON.stringify(
    { user, chats, messages, clients, orders, templates, events, sessions, link, status },
    (_, value) => (typeof value === 'bigint' ? String(value) : value),
  );
}

function expectNothingOfHers(text: string): void {
  for (const secret of [SECRET, ANA, ana.ownerId, ana.email, 'Panadería', ...Object.values(hers).filter(Boolean)]) {
    expect(text).not.toContain(secret);
  }
}

const world = (): World => ({ ana, hers, his, phones: { ana: ANA, carla: CARLA }, secret: SECRET });

const paths = Object.keys(PROCEDURES);
const isSubscription = (path: string) => PROCEDURES[path] === 'subscription';

/** Beto's try, over HTTP, or for a subscription over a socket of his for a moment. */
async function tryAs(token: string | null, path: string, input: unknown): Promise<Omit<Answer, 'headers' | 'data'>> {
  if (!isSubscription(path)) return app.call(path, { token, input });
  const wire = await app.wire({ token });
  const followed = wire.follow(path, input);
  await eventually('an answer', async () => followed.error ?? followed.started);
  await eventually('events', async () => followed.error ?? (followed.events.length > 0 || path !== 'events.follow'));
  wire.close();
  return {
    status: followed.error ? ERRORS[followed.error.code].status : 200,
    error: followed.error,
    text: wire.frames(),
  };
}

test('the table has every procedure, and nothing else', () => {
  expect(Object.keys(RULES).sort()).toEqual([...paths].sort());
});

describe('without a credential', () => {
  for (const path of paths.filter((name) => !RULES[name]?.open)) {
    test(`${path} answers TOKEN_REQUIRED`, async () => {
      const before = await everythingOf(ana.ownerId);
      const input = RULES[path]?.attempts[0]?.input?.(world());
      for (const answer of [await tryAs(null, path, input), await tryAs(null, path, { nonsense: true })]) {
        expect(answer).toMatchObject({ status: 401, error: { code: 'TOKEN_REQUIRED' } });
        expectNothingOfHers(answer.text);
      }
      expect(await everythingOf(ana.ownerId)).toBe(before);
    });
  }
});

describe("with another's token", () => {
  for (const path of paths) {
    for (const [index, attempt] of (RULES[path]?.attempts ?? []).entries()) {
      test(`${path} #${index + 1} ${attempt.code ? `answers ${attempt.code}` : 'answers with his own'}`, async () => {
        const before = await everythingOf(ana.ownerId);
        const token = attempt.ends
          ? (await beto.client.auth.login.mutate({ email: beto.email, password: PASSWORD })).token
          : beto.token;
        const answer = await tryAs(token, path, attempt.input?.(world()));
        if (attempt.code) {
          expect(answer).toMatchObject({ status: ERRORS[attempt.code].status, error: { code: attempt.code } });
        } else expect(answer).toMatchObject({ status: 200, error: null });
        expectNothingOfHers(answer.text);
        expect(await everythingOf(ana.ownerId)).toBe(before);
      });
    }
  }

  test('of one who has linked nothing, the ids are just as unknown', async () => {
    const ciro = await app.register('Ciro');
    const codes = await Promise.all([
      app.call('chats.get', { token: ciro.token, input: { chatId: hers.chatId } }),
      app.call('chats.messages', { token: ciro.token, input: { chatId: hers.chatId } }),
      app.call('chats.send', {
        token: ciro.token,
        input: { chatId: hers.chatId, text: 'x', clientKey: randomUUID() },
      }),
      app.call('chats.retry', { token: ciro.token, input: { messageId: hers.failedId } }),
      app.call('chats.markRead', {
        token: ciro.token,
        input: { chatId: hers.chatId, upToMessageId: hers.messageId },
      }),
    ]);
    expect(codes.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
    for (const { text } of codes) expectNothingOfHers(text);
    expect((await ciro.client.chats.list.query({})).items).toEqual([]);
  });

  test('the same clientKey is no key to her message', async () => {
    const answer = await beto.client.chats.send.mutate({ chatId: his.chatId, text: 'mío', clientKey: hers.clientKey });
    expect(answer.id).not.toBe(hers.messageId);
    expect(answer).toMatchObject({ text: 'mío', chatId: his.chatId });
  });

  test('a chat that both have with Carla is two chats', async () => {
    const started = await beto.client.chats.start.mutate({ phone: CARLA });
    expect(started.id).toBe(his.chatId);
    expect(started.id).not.toBe(hers.chatId);
  });
});
