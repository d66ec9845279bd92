import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EngineError } from '@/server/whatsapp/engine';
import { deliver } from '@/server/messages/deliver';
import { recheckWaiting } from '@/server/messages/recheck';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import type { FakePhone } from '@/tests/support/fake-engine';
import { NO_LIMITS } from '@/tests/support/no-limits';
import { eventually } from '@/tests/support/node';
import { createSender, type Sender } from '@/tests/support/senders';
import { setStores } from '@/tests/support/stores';
import { createTwilioPeer, TWILIO_NUMBER, type TwilioPeer } from '@/tests/support/twilio-peer';

/** From the own number to Twilio: what certainly did not leave goes on, what may have left never goes twice. */

const stores = setStores();
let twilio: TwilioPeer;
let app: TestApp;

let owner: Owner;
let ana: Sender;
let device: FakePhone;
let carla: string;
let count = 0;

beforeAll(async () => {
  twilio = await createTwilioPeer();
  const shared = { databaseUrl: stores.databaseUrl, redisUrl: stores.redisUrl, timeoutMs: 500 };
  app = await createTestApp({ ...shared, env: { ...NO_LIMITS, ...twilio.env } });
});
afterAll(async () => {
  await app?.close();
  await twilio?.close();
});

beforeEach(async () => {
  count += 1;
  app.network.onSend(null);
  app.network.onStart(null);
  owner = await app.register('Ana');
  carla = `+54911${String(50_000_000 + count)}`;
  app.network.phone(carla, 'Carla');
  device = await app.link(owner, `+54911${String(60_000_000 + count)}`, 'Ana');
  ana = createSender(app, owner, (await owner.client.clients.create.mutate({ name: 'Carla', phone: carla })).id);
});

const byTwilio = (text: string) => twilio.taken.filter(({ body }) => body === text);
/** Every send from now on is on its way until `end`: then nobody can say whether it left. */
function holdSends(): { end: () => void; waiting: () => number } {
  let end = () => {};
  let waiting = 0;
  const ended = new Promise<void>((_, reject) => {
    end = () => reject(new EngineError('TIMEOUT', 'unknown', 'the engine was stopped'));
  });
  ended.catch(() => {});
  app.network.onSend(() => {
    waiting += 1;
    return ended;
  });
  return { end, waiting: () => waiting };
}

/** A message that is on its way, and one in the same chat that waits behind it. */
async function oneBehindTheOther(): Promise<{ first: string; second: string; held: ReturnType<typeof holdSends> }> {
  await ana.until(await ana.sent({ text: 'abre el chat' }), { status: 'delivered' });
  const held = holdSends();
  const first = await ana.sent({ text: `en camino ${count}` });
  await eventually('the first to be on its way', async () => held.waiting() === 1);
  const second = await ana.sent({ text: `detrás ${count}` });
  await eventually('the second to be in the outbox', async () =>
    app.node.db.message.findFirst({ where: { id: second, ownNumber: { not: null } } }),
  );
  return { first, second, held };
}

/** A real engine that is stopped fails every call on it. */
async function lose(how: () => void, held: { end: () => void }): Promise<void> {
  how();
  await eventually('the link to be lost', async () => !(await owner.client.whatsapp.status.query()).connected);
  held.end();
}

describe('when the link is lost', () => {
  test('what was never handed over goes over Twilio, once; what may have left stays', async () => {
    const { first, second, held } = await oneBehindTheOther();
    let comeBack = () => {};
    const back = new Promise<void>((done) => (comeBack = done));
    app.network.onStart(() => back);
    await lose(() => device.goOffline(), held);
    const gone = await ana.until(second, { status: 'sent' });
    expect(gone).toMatchObject({
      provider: 'twilio',
      providerReason: 'DID_NOT_LEAVE',
      attempts: [
        { provider: 'whatsapp_web', outcome: 'not_left', code: 'NOT_CONNECTED' },
        { provider: 'twilio', outcome: 'taken' },
      ],
    });
    await ana.until(first, { errorCode: 'SEND_UNCONFIRMED' });
    expect(await ana.read(first)).toMatchObject({
      status: 'queued',
      provider: 'whatsapp_web',
      attempts: [{ provider: 'whatsapp_web', outcome: 'unconfirmed' }],
    });
    expect(byTwilio(`en camino ${count}`)).toHaveLength(0);
    expect(byTwilio(`detrás ${count}`)).toHaveLength(1);
    // and the link that comes back sends neither again
    app.network.onSend(null);
    app.network.onStart(null);
    comeBack();
    await eventually('the link to be back', async () => (await owner.client.whatsapp.status.query()).connected);
    await ana.until(await ana.sent({ text: `después ${count}` }), { status: 'delivered' });
    expect(await ana.read(second)).toMatchObject({ provider: 'twilio', status: 'sent' });
    expect(byTwilio(`detrás ${count}`)).toHaveLength(1);
  });

  test('by the phone itself: the same', async () => {
    const { second, held } = await oneBehindTheOther();
    device.logoutFromPhone();
    // what the session does first is to end its engine
    setTimeout(held.end, 50);
    expect(await ana.until(second, { status: 'sent' })).toMatchObject({ provider: 'twilio' });
    expect(byTwilio(`detrás ${count}`)).toHaveLength(1);
  });

  test('new ones go over Twilio, from its number, and stand in the same conversation', async () => {
    await ana.until(await ana.sent({ text: 'abre el chat' }), { status: 'delivered' });
    await owner.client.whatsapp.disconnect.mutate({});
    const id = await ana.sent({ text: 'desconectada' });
    expect(await ana.until(id, { status: 'sent' })).toMatchObject({
      provider: 'twilio',
      providerReason: 'NOT_CONNECTED',
    });
    const row = await app.node.db.message.findUniqueOrThrow({ where: { id } });
    expect(row.ownNumber).toBe(TWILIO_NUMBER);
    const [chat] = (await owner.client.chats.list.query({})).items;
    expect(row.chatId).toBe(chat?.id);
    expect(chat?.lastMessage).toMatchObject({ text: 'desconectada' });
    // and one that Twilio refuses says why there, and may be tried again
    twilio.next({ kind: 'refuse', status: 400, code: 63016 });
    await ana.until(await ana.sent({ text: 'tarde' }), { status: 'failed' });
    const { items } = await owner.client.chats.messages.query({ chatId: chat?.id ?? '' });
    expect(items.at(-1)).toMatchObject({
      text: 'tarde',
      provider: 'twilio',
      errorCode: 'UNKNOWN',
      errorMessage: expect.stringContaining('24 horas'),
      retryable: true,
    });
  });
});

describe('when WhatsApp does not take it', () => {
  test('and it certainly did not leave, it goes over Twilio', async () => {
    app.network.onSend(() => {
      throw new EngineError('REJECTED', 'no', 'a test said so');
    });
    const id = await ana.sent({ text: `rechazado ${count}` });
    expect(await ana.until(id, { status: 'sent' })).toMatchObject({
      provider: 'twilio',
      attempts: [{ provider: 'whatsapp_web', outcome: 'not_left', code: 'WHATSAPP_REFUSED' }, { outcome: 'taken' }],
    });
    expect(byTwilio(`rechazado ${count}`)).toHaveLength(1);
  });

  test('and nobody can say whether it left, it stays, whatever becomes of the link', async () => {
    app.network.onSend(() => {
      throw new EngineError('TIMEOUT', 'unknown', 'a test said so');
    });
    const id = await ana.sent({ text: `quizás ${count}` });
    await ana.until(id, { errorCode: 'SEND_UNCONFIRMED' });
    await owner.client.whatsapp.disconnect.mutate({ unlink: true });
    // whatever else waits is looked at
    const other = await ana.sent({ text: `otro ${count}` });
    await ana.until(other, { status: 'sent' });
    expect(await ana.read(id)).toMatchObject({
      status: 'queued',
      provider: 'whatsapp_web',
      errorCode: 'SEND_UNCONFIRMED',
    });
    expect(byTwilio(`quizás ${count}`)).toHaveLength(0);
  });

  test('because the number is not there: failed, and said so', async () => {
    const nobody = await owner.client.clients.create.mutate({ name: 'Nadie', phone: '+5491177777777' });
    const sender = createSender(app, owner, nobody.id);
    const message = await sender.until(await sender.sent({ text: 'hola' }), { status: 'failed' });
    expect(message).toMatchObject({
      errorCode: 'NUMBER_NOT_ON_WHATSAPP',
      errorMessage: 'Ese número no está en WhatsApp.',
    });
  });
});

test('several that wait go over Twilio in the order in which they were accepted', async () => {
  const { held } = await oneBehindTheOther();
  const texts = Array.from({ length: 10 }, (_, index) => `en fila ${count} ${index}`);
  const ids: string[] = [];
  for (const text of texts) ids.push(await ana.sent({ text }));
  await eventually('all to be in the outbox', async () => {
    const waiting = await app.node.db.message.count({ where: { id: { in: ids }, ownNumber: { not: null } } });
    return waiting === ids.length;
  });
  app.network.onStart(() => new Promise(() => {}));
  await lose(() => device.goOffline(), held);
  for (const id of ids) await ana.until(id, { status: 'sent' });
  const went = twilio.taken.map(({ body }) => body).filter((body) => texts.includes(body));
  expect(went).toEqual(texts);
  await owner.client.whatsapp.disconnect.mutate({});
});

test('fifty that wait when the link is lost go once each, whoever takes them', async () => {
  await ana.until(await ana.sent({ text: 'abre el chat' }), { status: 'delivered' });
  let sends = 0;
  let comeBack = () => {};
  // every third is on its way when its engine goes
  app.network.onSend(async () => {
    sends += 1;
    await sleep(5);
    if (sends % 3 === 0) throw new EngineError('TIMEOUT', 'unknown', 'the engine was stopped');
  });
  const texts = Array.from({ length: 50 }, (_, index) => `cincuenta ${count} ${index}`);
  const ids = await Promise.all(texts.map((text) => ana.sent({ text })));
  await eventually('some to be on their way', async () => sends > 5);
  // it stays away: else all of them may go that way once it is back
  app.network.onStart(() => new Promise<void>((resolve) => (comeBack = resolve)));
  device.goOffline();
  const rows = await eventually('each to be settled', async () => {
    await sleep(200);
    const all = await app.node.db.message.findMany({ where: { id: { in: ids } } });
    return all.every(({ status, errorCode }) => status !== 'queued' || errorCode !== null) ? all : null;
  });
  app.network.onStart(null);
  comeBack();
  const { messages } = app.network.phone(carla).account;
  for (const { text, status, provider } of rows) {
    const [overWeb, overTwilio] = [messages.filter((one) => one.text === text).length, byTwilio(text).length];
    expect(overWeb + overTwilio, `${text}: ${status} by ${provider}`).toBe(status === 'queued' ? 0 : 1);
  }
  expect(rows.some(({ provider }) => provider === 'twilio')).toBe(true);
});

describe('one message', () => {
  const attemptsOf = (messageId: string) =>
    app.node.db.messageAttempt.findMany({ where: { messageId }, orderBy: { at: 'asc' } });

  test('is one attempt, however many jobs have it at once', async () => {
    const texts = Array.from({ length: 8 }, (_, index) => `a la vez ${count} ${index}`);
    for (const text of texts) {
      const id = await ana.sent({ text });
      await Promise.all(Array.from({ length: 6 }, () => deliver(app.deps, id)));
      await ana.until(id, { status: 'delivered' });
      expect(await attemptsOf(id), text).toMatchObject([{ provider: 'whatsapp_web', outcome: 'taken' }]);
    }
    const heard = app.network.phone(carla).account.messages.map(({ text }) => text);
    expect(heard.filter((text) => texts.includes(text))).toEqual(texts);
  });

  test('over Twilio the same, and while one is asking it nobody says that it is lost', async () => {
    await owner.client.whatsapp.disconnect.mutate({});
    twilio.next({ kind: 'take', afterMs: 300 });
    const id = await ana.sent({ text: `despacio ${count}` });
    await eventually('it to be on its way', async () => (await attemptsOf(id)).length > 0);
    await Promise.all(Array.from({ length: 6 }, () => deliver(app.deps, id)));
    await ana.until(id, { status: 'sent' });
    expect(byTwilio(`despacio ${count}`)).toHaveLength(1);
    expect(await attemptsOf(id)).toMatchObject([{ provider: 'twilio', outcome: 'taken' }]);
    const told = await app.node.db.event.findMany({ where: { ownerId: owner.ownerId }, select: { payload: true } });
    expect(JSON.stringify(told)).not.toContain('SEND_UNCONFIRMED');
  });

  test('whose process ended with two attempts open says that nobody knows, and holds nobody up', async () => {
    await owner.client.whatsapp.disconnect.mutate({});
    const id = await ana.sent({
      text: `abandonado ${count}`,
      scheduledAt: new Date(Date.now() + 3_600_000).toISOString(),
    });
    const [{ db }, longAgo] = [app.node, new Date(Date.now() - 60_000)];
    // as a SIGKILL leaves it, and a job of another kind than its own was being done
    await db.sql.one`SELECT graphile_worker.remove_job(${`send:${id}`})::text AS removed`;
    for (const provider of ['whatsapp_web', 'twilio'] as const) {
      await db.messageAttempt.create({ data: { messageId: id, recipient: carla, at: longAgo, provider } });
    }
    await db.message.update({
      where: { id },
      data: { scheduledAt: null, handedOverAt: longAgo, provider: 'twilio', ownNumber: TWILIO_NUMBER },
    });
    const later = await ana.sent({ text: `detrás de él ${count}` });
    await recheckWaiting(db, owner.ownerId);
    expect(await ana.until(id, { errorCode: 'SEND_UNCONFIRMED' })).toMatchObject({
      status: 'queued',
      attempts: [
        { provider: 'whatsapp_web', outcome: 'not_left' },
        { provider: 'twilio', outcome: 'unconfirmed' },
      ],
    });
    await ana.until(later, { status: 'sent' });
    expect(byTwilio(`abandonado ${count}`)).toHaveLength(0);
  });
});
