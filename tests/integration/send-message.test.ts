import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { createMailPeer, type MailPeer } from '@/tests/support/mail-peer';
import { eventually } from '@/tests/support/node';
import { NO_LIMITS } from '@/tests/support/no-limits';
import { setStores } from '@/tests/support/stores';
import { createTwilioPeer, TWILIO_NUMBER, type TwilioPeer } from '@/tests/support/twilio-peer';

const stores = setStores();
let twilio: TwilioPeer;
let mail: MailPeer;
let app: TestApp;
let ana: Owner;
let clientId: string;

beforeAll(async () => {
  twilio = await createTwilioPeer();
  mail = await createMailPeer();
  app = await createTestApp({
    databaseUrl: stores.databaseUrl,
    redisUrl: stores.redisUrl,
    timeoutMs: 2_000,
    env: { ...NO_LIMITS, ...twilio.env, ...mail.env },
  });
});
afterAll(async () => {
  await app?.close();
  await twilio?.close();
  await mail?.close();
});
beforeEach(async () => {
  ana = await app.register('Ana');
  const client = await ana.client.clients.create.mutate({
    name: 'Carla',
    phone: '+5491134567890',
    email: 'carla@example.com',
  });
  clientId = client.id;
});

const send = (body: object, headers: Record<string, string> = {}) =>
  app.rest('POST /messages/send', { token: ana.token, body: { clientId, ...body }, headers });

const read = async (id: string) => (await app.rest(`GET /messages/${id}`, { token: ana.token })).body;

const until = (id: string, status: string) =>
  eventually(`${status}`, async () => {
    const message = await read(id);
    return message.status === status ? message : null;
  });

describe('POST /messages/send', () => {
  test('goes over Twilio when no number is connected', async () => {
    const answer = await send({ channel: 'whatsapp', text: 'Hola {clientName}' });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      success: true,
      messageId: expect.any(String),
      status: 'queued',
      provider: 'twilio',
      channel: 'whatsapp',
      providerMessageId: null,
    });
    const message = await until(answer.body.messageId, 'sent');
    const taken = twilio.taken.at(-1);
    expect(taken).toMatchObject({
      body: 'Hola Carla',
      to: 'whatsapp:+5491134567890',
      from: `whatsapp:${TWILIO_NUMBER}`,
    });
    expect(message).toMatchObject({
      provider: 'twilio',
      providerReason: 'NOT_CONNECTED',
      providerMessageId: taken?.sid,
      attempts: [{ provider: 'twilio', outcome: 'taken', code: null }],
    });
  });

  test('goes over the own number when it is connected', async () => {
    app.network.phone('+5491134567890', 'Carla');
    await app.link(ana, '+5491100000001', 'Ana');
    const answer = await send({ channel: 'whatsapp', text: 'Hola' });
    expect(answer.body).toMatchObject({ provider: 'whatsapp_web', status: 'queued' });
    const message = await until(answer.body.messageId, 'delivered');
    expect(message).toMatchObject({
      providerReason: 'CONNECTED',
      attempts: [{ provider: 'whatsapp_web', outcome: 'taken' }],
    });
  });

  test('goes by e-mail', async () => {
    const answer = await send({ channel: 'email', text: 'Hola <b>{clientName}</b>\n\nChau', subject: 'Tu pedido' });
    expect(answer.body).toMatchObject({ provider: 'email', channel: 'email' });
    const message = await until(answer.body.messageId, 'sent');
    const got = mail.mails.at(-1);
    expect(got?.to).toEqual(['carla@example.com']);
    expect(got?.raw).toContain('Subject: Tu pedido');
    expect(got?.raw).toContain('&lt;b&gt;Carla&lt;/b&gt;');
    expect(got?.raw).toContain(message.providerMessageId);
  });
});
