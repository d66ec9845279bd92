import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EngineError } from '@/server/whatsapp/engine';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { NO_LIMITS } from '@/tests/support/no-limits';
import { eventually } from '@/tests/support/node';
import { createSender, type Sender } from '@/tests/support/senders';
import { setStores } from '@/tests/support/stores';

/** A server without Twilio and SMTP: the own number is all there is. */

const stores = setStores();
let app: TestApp;
let owner: Owner;
let ana: Sender;
let phone: string;
let count = 0;

beforeAll(async () => {
  app = await createTestApp({ databaseUrl: stores.databaseUrl, redisUrl: stores.redisUrl, env: NO_LIMITS });
});
afterAll(() => app?.close());
beforeEach(async () => {
  count += 1;
  app.network.onSend(null);
  owner = await app.register('Ana');
  phone = `+54911${String(80_000_000 + count)}`;
  app.network.phone(phone, 'Carla');
  const client = await owner.client.clients.create.mutate({ name: 'Carla', phone, email: 'carla@example.com' });
  ana = createSender(app, owner, client.id);
});

const link = () => app.link(owner, `+54911${String(90_000_000 + count)}`, 'Ana');

test('not connected there is no channel: 503, and nothing is stored', async () => {
  for (const body of [
    { text: 'x' },
    { channel: 'email', text: 'x', subject: 'x' },
    { text: 'x', scheduledAt: new Date(Date.now() + 60_000).toISOString() },
  ]) {
    const answer = await ana.send(body);
    expect(answer.status).toBe(503);
    expect(answer.body.code).toBe('NO_CHANNEL_AVAILABLE');
  }
  expect(await app.node.db.message.count({ where: { ownerId: owner.ownerId } })).toBe(0);
});

describe('while the link is coming back', () => {
  test('what is for somebody known and for somebody new waits, and goes once', async () => {
    const device = await link();
    await ana.until(await ana.sent({ text: 'hola' }), { status: 'delivered' });
    const stranger = await owner.client.clients.create.mutate({ name: 'Nueva', phone: '+5491188888888' });
    app.network.phone('+5491188888888', 'Nueva');
    const other = createSender(app, owner, stranger.id);
    let back = () => {};
    app.network.onStart(() => new Promise<void>((done) => (back = done)));
    device.goOffline();
    await eventually('the link to be lost', async () => !(await owner.client.whatsapp.status.query()).connected);
    const answer = await ana.send({ text: 'espera' });
    expect(answer.body).toMatchObject({ status: 'queued', provider: 'whatsapp_web' });
    const toStranger = await other.sent({ text: 'hola, nueva' });
    app.network.onStart(null);
    await eventually('an engine to start', async () => back !== undefined);
    setTimeout(() => back(), 200);
    await ana.until(answer.body.messageId, { status: 'delivered' });
    await other.until(toStranger, { status: 'delivered' });
    for (const number of [phone, '+5491188888888']) {
      const { messages } = app.network.phone(number).account;
      expect(messages.filter(({ text }) => text === 'espera' || text === 'hola, nueva')).toHaveLength(1);
    }
  });

  test('and never does: it fails, and says that there was no channel', async () => {
    const device = await link();
    await ana.until(await ana.sent({ text: 'hola' }), { status: 'delivered' });
    app.network.onStart(() => new Promise<void>(() => {}));
    device.goOffline();
    await eventually('the link to be lost', async () => !(await owner.client.whatsapp.status.query()).connected);
    const id = await ana.sent({ text: 'espera' });
    await owner.client.whatsapp.disconnect.mutate({ unlink: true }).catch(() => {});
    app.network.onStart(null);
    const message = await ana.until(id, { status: 'failed' });
    expect(message.errorCode).toBe('NO_CHANNEL_AVAILABLE');
    expect(message.errorMessage).toContain('ningún canal');
  });
});

test('what WhatsApp refuses is refused: there is nobody else to ask', async () => {
  await link();
  app.network.onSend(() => {
    throw new EngineError('REJECTED', 'no', 'a test said so');
  });
  const message = await ana.until(await ana.sent({ text: 'no' }), { status: 'failed' });
  expect(message).toMatchObject({
    errorCode: 'WHATSAPP_REFUSED',
    attempts: [{ provider: 'whatsapp_web', outcome: 'not_left', code: 'WHATSAPP_REFUSED' }],
  });
});

test('a forgotten password is a command where no mail is sent', async () => {
  const answer = await app.rest('POST /auth/password/forgot', { body: { email: owner.email } });
  expect(answer.body).toMatchObject({ code: 'MAIL_NOT_SET_UP' });
});
