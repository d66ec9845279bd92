import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ownerIdOfRow } from '@/server/auth/owner-id';
import { createOnce } from '@/server/idempotency/once';
import { tidy } from '@/server/jobs/tidy';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { NO_LIMITS } from '@/tests/support/no-limits';
import { createTestNode, eventually } from '@/tests/support/node';
import { setStores } from '@/tests/support/stores';
import { createTwilioPeer, type TwilioPeer } from '@/tests/support/twilio-peer';

/** Idempotency-Key: the same answer, and one message, whoever asks how often at which process. */

const stores = setStores();
let twilio: TwilioPeer;
/** Two processes over the same stores. */
let one: TestApp;
let two: TestApp;
let owner: Owner;
let clientId: string;
let count = 0;

beforeAll(async () => {
  twilio = await createTwilioPeer();
  const options = {
    databaseUrl: stores.databaseUrl,
    redisUrl: stores.redisUrl,
    env: { ...NO_LIMITS, ...twilio.env },
  };
  one = await createTestApp(options);
  two = await createTestApp({ ...options, network: one.network });
  // whose sender hears of rows that the other one writes
  await one.node.registry.start();
});
afterAll(async () => {
  await two?.close();
  await one?.close();
  await twilio?.close();
});

beforeEach(async () => {
  count += 1;
  owner = await one.register('Ana');
  const phone = `+54911${String(70_000_000 + count)}`;
  clientId = (await owner.client.clients.create.mutate({ name: 'Carla', phone })).id;
});

const send = (app: TestApp, key: string, body: object = {}) =>
  app.rest('POST /messages/send', {
    token: owner.token,
    body: { clientId, text: `hola ${count}`, ...body },
    headers: { 'idempotency-key': key },
  });
const rows = () => one.node.db.message.findMany({ where: { ownerId: owner.ownerId } });
const arrived = () => twilio.taken.filter(({ body }) => body === `hola ${count}`);

describe('the same key', () => {
  test('with the same body: the same answer, and one message, over one process and another', async () => {
    const key = randomUUID();
    const first = await send(one, key);
    expect(first.status).toBe(202);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    for (const app of [one, two]) {
      const again = await send(app, key);
      expect(again.status).toBe(202);
      expect(again.body).toEqual(first.body);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    }
    await eventually('it to arrive', async () => arrived().length > 0);
    expect(await rows()).toHaveLength(1);
    expect(arrived()).toHaveLength(1);
  });

  test('whatever order the fields are in, and over tRPC as over REST', async () => {
    const key = randomUUID();
    const first = await send(one, key);
    const again = await two.rest('POST /messages/send', {
      token: owner.token,
      raw: JSON.stringify({ text: `hola ${count}`, clientId }),
      headers: { 'idempotency-key': key, 'content-type': 'application/json' },
    });
    expect(again.body).toEqual(first.body);
    const response = await fetch(`${two.url}/api/trpc/messages.send`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${owner.token}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify({ json: { clientId, text: `hola ${count}` } }),
    });
    expect(await response.json()).toMatchObject({ result: { data: { json: first.body } } });
    expect(await rows()).toHaveLength(1);
  });

  test('with another body: 409, and nothing is sent', async () => {
    const key = randomUUID();
    await send(one, key);
    for (const app of [one, two]) {
      const other = await send(app, key, { text: 'otra cosa' });
      expect(other.status).toBe(409);
      expect(other.body.code).toBe('IDEMPOTENCY_KEY_REUSED');
    }
    expect(await rows()).toHaveLength(1);
  });

  test('fifty at once, at two processes: one message, and everybody has its answer', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => send(index % 2 ? one : two, key)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(202);
    expect(await rows()).toHaveLength(1);
    await eventually('it to arrive', async () => arrived().length > 0);
    expect(arrived()).toHaveLength(1);
  });

  test('of another owner, or for another procedure, is another key', async () => {
    const key = randomUUID();
    const first = await send(one, key);
    const beto = await one.register('Beto');
    const his = await beto.client.clients.create.mutate({ name: 'Carla', phone: '+5491179999999' });
    const answer = await one.rest('POST /messages/send', {
      token: beto.token,
      body: { clientId: his.id, text: 'soy Beto' },
      headers: { 'idempotency-key': key },
    });
    expect(answer.status).toBe(202);
    expect(answer.body.messageId).not.toBe(first.body.messageId);
    const direct = await one.rest('POST /whatsapp/send', {
      token: owner.token,
      body: { clientNumber: '+5491179999999', text: 'x' },
      headers: { 'idempotency-key': key },
    });
    expect(direct.body.code).toBe('WHATSAPP_NOT_CONNECTED');
  });

  test('is free again after a refusal: what was refused was not sent', async () => {
    const key = randomUUID();
    expect((await send(one, key, { text: 'Hola {nadie}' })).body.code).toBe('TEMPLATE_VARIABLE_MISSING');
    expect((await send(two, key)).status).toBe(202);
    expect(await rows()).toHaveLength(1);
  });

  test('lasts a day', async () => {
    const key = randomUUID();
    const first = await send(one, key);
    const { idempotencyKey } = one.node.db;
    await tidy(one.node.db);
    expect(await idempotencyKey.count({ where: { key } })).toBe(1);
    await idempotencyKey.updateMany({ where: { key }, data: { createdAt: new Date(Date.now() - 24.5 * 3_600_000) } });
    const tomorrow = await send(two, key);
    expect(tomorrow.body.messageId).not.toBe(first.body.messageId);
    await idempotencyKey.updateMany({ where: { key }, data: { createdAt: new Date(Date.now() - 24.5 * 3_600_000) } });
    await tidy(one.node.db);
    expect(await idempotencyKey.count({ where: { key } })).toBe(0);
  });

  test('that is too long is refused', async () => {
    expect((await send(one, 'x'.repeat(201))).body).toMatchObject({
      code: 'INVALID_INPUT',
      details: [{ field: 'Idempotency-Key', message: 'A lo sumo 200 caracteres.' }],
    });
  });
});

describe('POST /whatsapp/send', () => {
  test('is sent once for one key, also while the first is on its way', async () => {
    const carla = one.network.phone('+5491178888888', 'Carla');
    await one.link(owner, '+5491176666666', 'Ana');
    const key = randomUUID();
    const ask = (app: TestApp) =>
      app.rest('POST /whatsapp/send', {
        token: owner.token,
        body: { to: carla.phone, message: 'una vez' },
        headers: { 'idempotency-key': key },
      });
    let sends = 0;
    one.network.onSend(async () => {
      sends += 1;
      await sleep(300);
    });
    const answers = await Promise.all([ask(one), ask(two), ask(one), ask(two)]);
    one.network.onSend(null);
    // 202 where the machine was too busy to have it taken within ten seconds
    expect([200, 202]).toContain(answers[0]?.status);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect((await ask(two)).text).toBe(answers[0]?.text);
    expect(sends).toBe(1);
    expect(carla.account.messages.filter(({ text }) => text === 'una vez')).toHaveLength(1);
  });
});

test('a key that is asked for again does not count under the limit; another one does', async () => {
  const limited = await createTestApp({
    databaseUrl: stores.databaseUrl,
    redisUrl: stores.redisUrl,
    env: { ...NO_LIMITS, MESSAGE_RATE_LIMIT_WHATSAPP: '2', ...twilio.env },
    network: one.network,
  });
  try {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(limited, key)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    expect((await send(limited, randomUUID())).status).toBe(202);
    expect((await send(limited, randomUUID())).body.code).toBe('RATE_LIMITED');
    expect((await send(limited, key)).status).toBe(202);
  } finally {
    await limited.close();
  }
});

describe('a process that was killed', () => {
  /** What once.ts does, in a process that the test can kill, over the same stores. */
  async function victim() {
    const node = await createTestNode({
      databaseUrl: stores.databaseUrl,
      redisUrl: stores.redisUrl,
      factory: one.network.factory,
    });
    return { node, once: createOnce({ db: node.db, nodeId: node.nodeId, logger: node.logger }) };
  }
  const input = () => ({ clientId, channel: 'whatsapp' as const, text: `hola ${count}` });

  test('after the row and before its answer: whoever asks again gets that row, and it is sent once', async () => {
    const { node, once } = await victim();
    const key = randomUUID();
    const call = { ownerId: ownerIdOfRow({ ownerId: owner.ownerId }), procedure: 'messages.send', key, input: input() };
    const { sendMessage } = await import('@/server/messages/send');
    let messageId = '';
    const killed = once(call, async (clientKey) => {
      const answer = await sendMessage(one.deps, call.ownerId, { ...input(), clientKey });
      messageId = answer.messageId;
      // it never comes back from here
      await new Promise(() => {});
    });
    killed.catch(() => {});
    await eventually('the row', async () => messageId !== '');
    await node.die();
    const again = await send(two, key);
    expect(again.status).toBe(202);
    expect(again.body.messageId).toBe(messageId);
    await eventually('it to arrive', async () => arrived().length > 0);
    expect(await rows()).toHaveLength(1);
    expect((await send(one, key)).body).toEqual(again.body);
    expect(arrived()).toHaveLength(1);
  });

  test('before the row: whoever asks again makes it', async () => {
    const { node, once } = await victim();
    const key = randomUUID();
    const call = { ownerId: ownerIdOfRow({ ownerId: owner.ownerId }), procedure: 'messages.send', key, input: input() };
    let begun = false;
    once(call, async () => {
      begun = true;
      await new Promise(() => {});
    }).catch(() => {});
    await eventually('it to begin', async () => begun);
    // while it lives everybody waits for it
    const waiting = send(two, key);
    expect(await Promise.race([waiting.then(() => 'answered'), sleep(500).then(() => 'waits')])).toBe('waits');
    await node.die();
    expect((await waiting).status).toBe(202);
    expect(await rows()).toHaveLength(1);
  });

  test('and one that lives and takes too long: the caller is told to come back, and nothing is done twice', async () => {
    const { node, once } = await victim();
    const patient = createOnce({ db: one.node.db, nodeId: one.node.nodeId, logger: one.node.logger, waitMs: 300 });
    const call = { ownerId: ownerIdOfRow({ ownerId: owner.ownerId }), procedure: 'x', key: randomUUID(), input: {} };
    let finish = () => {};
    const slow = once(call, async () => {
      await new Promise<void>((done) => (finish = done));
      return 'hecho';
    });
    await eventually('it to begin', async () => one.node.db.idempotencyKey.findFirst({ where: { key: call.key } }));
    const refused = await patient(call, async () => 'otra vez').catch((error: Error) => error);
    expect(refused).toMatchObject({ code: 'IDEMPOTENCY_KEY_BUSY', more: { retryAfter: 5 } });
    finish();
    expect(await slow).toEqual({ answer: 'hecho', again: false });
    expect(await patient(call, async () => 'otra vez')).toEqual({ answer: 'hecho', again: true });
    await node.close();
  });
});
