import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tidy } from '@/server/jobs/tidy';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { freePort } from '@/tests/support/free-port';
import { NO_LIMITS } from '@/tests/support/no-limits';
import { eventually } from '@/tests/support/node';
import { createSender, type Sender } from '@/tests/support/senders';
import { setStores } from '@/tests/support/stores';
import {
  createTwilioPeer,
  postForm,
  signatureOf,
  TWILIO_NUMBER,
  TWILIO_SID,
  type TwilioPeer,
} from '@/tests/support/twilio-peer';

/** What Twilio tells: statuses that only go forward, and messages that come in. */

const stores = setStores();
let twilio: TwilioPeer;
let app: TestApp;
let webhook: string;
let admin: Owner;
let owner: Owner;
let ana: Sender;
let phone: string;
let clientId: string;

beforeAll(async () => {
  twilio = await createTwilioPeer();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  app = await createTestApp({
    databaseUrl: stores.databaseUrl,
    redisUrl: stores.redisUrl,
    timeoutMs: 500,
    env: { ...NO_LIMITS, ...twilio.env, PORT: String(port), PUBLIC_URL: url },
  });
  webhook = `${url}/api/v1/webhooks/twilio`;
  admin = await app.register('Jefa');
});
afterAll(async () => {
  await app?.close();
  await twilio?.close();
});

let count = 0;
beforeEach(async () => {
  owner = await app.register('Ana');
  count += 1;
  phone = `+54911${String(40_000_000 + count)}`;
  clientId = (await owner.client.clients.create.mutate({ name: 'Carla', phone })).id;
  ana = createSender(app, owner, clientId);
});

/** Sends a message; its id here and at Twilio. */
async function sent(text: string): Promise<{ id: string; sid: string }> {
  const message = await ana.until(await ana.sent({ text }), { status: 'sent' });
  return { id: message.id, sid: message.providerMessageId ?? '' };
}

describe('a status', () => {
  test('goes forward, and never back', async () => {
    const { id, sid } = await sent('hola');
    for (const status of ['queued', 'sent', 'delivered', 'sent', 'read', 'delivered', 'failed', 'undelivered']) {
      expect(await twilio.tell(sid, status)).toBe(200);
    }
    const message = await ana.read(id);
    expect(message).toMatchObject({ status: 'read', errorCode: null });
    expect(Reflect.get(message, 'deliveredAt')).toBeTruthy();
    expect(Reflect.get(message, 'readAt')).toBeTruthy();
  });

  test('that it failed comes after it was sent, with words; a late "sent" does not hide it', async () => {
    const { id, sid } = await sent('hola');
    await twilio.tell(sid, 'failed', '63016');
    await twilio.tell(sid, 'sent');
    const message = await ana.read(id);
    expect(message).toMatchObject({ status: 'failed', errorCode: '63016', attempts: [{ outcome: 'refused' }] });
    expect(message.errorMessage).toContain('24 horas');
    // Twilio had it, so it is not sent again
    await expect(owner.client.chats.retry.mutate({ messageId: id })).rejects.toMatchObject({
      data: { app: { code: 'NOT_RETRYABLE' } },
    });
    // proof that it arrived after all
    await twilio.tell(sid, 'delivered');
    expect(await ana.read(id)).toMatchObject({ status: 'delivered', errorCode: null, errorMessage: null });
  });

  test('overtakes the answer that names the message: it is kept until then', async () => {
    for (const plain of [true, undefined]) {
      twilio.next({ kind: 'take and tell first', status: 'delivered', plain });
      const id = await ana.sent({ text: 'adelantado' });
      await ana.until(id, { status: 'delivered' });
    }
    expect(await app.node.db.twilioCallback.count()).toBe(0);
  });

  test('of an id that nobody knows is kept for a day', async () => {
    const sid = 'SMde-otro-lado';
    const fields = { MessageSid: sid, MessageStatus: 'delivered', AccountSid: TWILIO_SID };
    expect((await postForm(webhook, fields)).status).toBe(200);
    const { twilioCallback } = app.node.db;
    expect(await twilioCallback.findFirst({ where: { messageSid: sid } })).toMatchObject({ status: 'delivered' });
    await tidy(app.node.db);
    expect(await twilioCallback.count()).toBe(1);
    await twilioCallback.updateMany({ data: { receivedAt: new Date(Date.now() - 25 * 3_600_000) } });
    await tidy(app.node.db);
    expect(await twilioCallback.count()).toBe(0);
  });

  test('settles a send whose answer was lost: the address names the attempt', async () => {
    twilio.next({ kind: 'take and drop' });
    const id = await ana.sent({ text: 'perdida y avisada' });
    const taken = await eventually('it to be taken', async () =>
      twilio.taken.find(({ body }) => body === 'perdida y avisada'),
    );
    await ana.until(id, { errorCode: 'SEND_UNCONFIRMED' });
    await twilio.tell(taken.sid, 'delivered');
    expect(await ana.read(id)).toMatchObject({
      status: 'delivered',
      errorCode: null,
      providerMessageId: taken.sid,
      attempts: [{ outcome: 'taken' }],
    });
  });

  test('told fifty times at once is one change', async () => {
    const { id, sid } = await sent('hola');
    await Promise.all(Array.from({ length: 50 }, (_, index) => twilio.tell(sid, index % 2 ? 'delivered' : 'read')));
    expect(await ana.read(id)).toMatchObject({ status: 'read' });
    const events = await app.node.db.event.findMany({ where: { ownerId: owner.ownerId, type: 'message.updated' } });
    const reads = events.filter(({ payload }) => JSON.stringify(payload).includes('"status": "read"'));
    const told = events.filter(({ payload }) => JSON.stringify(payload).includes('"status":"read"'));
    expect(reads.length + told.length).toBe(1);
  });
});

describe('a signature', () => {
  const fields = { MessageSid: 'SMx', MessageStatus: 'sent', AccountSid: TWILIO_SID };

  test('is always checked', async () => {
    const before = await app.node.db.twilioCallback.count();
    const wrong: Record<string, string>[] = [
      { 'x-twilio-signature': '' },
      { 'x-twilio-signature': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' },
      { 'x-twilio-signature': signatureOf(webhook, fields, 'otro-token') },
      { 'x-twilio-signature': signatureOf('http://otro.example/api/v1/webhooks/twilio', fields) },
      { 'x-twilio-signature': signatureOf(webhook, { ...fields, MessageStatus: 'read' }) },
    ];
    for (const headers of wrong) {
      const answer = await postForm(webhook, fields, headers);
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ success: false, code: 'BAD_SIGNATURE' });
    }
    // its query is part of what is signed
    const moved = await postForm(`${webhook}?attempt=x`, fields, {
      'x-twilio-signature': signatureOf(webhook, fields),
    });
    expect(moved.status).toBe(403);
    expect(await app.node.db.twilioCallback.count()).toBe(before);
  });

  test('is asked for before anything else is said, and the answer is TwiML that says nothing', async () => {
    expect((await fetch(webhook, { method: 'POST', body: '{"a":1}' })).status).toBe(403);
    expect((await fetch(webhook)).status).toBe(405);
    const answer = await postForm(webhook, fields);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/xml');
    expect(await answer.text()).toContain('<Response></Response>');
    expect((await postForm(webhook, { nonsense: 'x' })).status).toBe(200);
  });
});

describe('a message that comes in', () => {
  let next = 0;
  const comesIn = (from: string, more: Record<string, string> = {}) => {
    next += 1;
    return postForm(webhook, {
      MessageSid: `SMin${next}`,
      SmsStatus: 'received',
      AccountSid: TWILIO_SID,
      From: `whatsapp:${from}`,
      To: `whatsapp:${TWILIO_NUMBER}`,
      Body: 'gracias',
      ProfileName: 'Carla',
      NumMedia: '0',
      ...more,
    });
  };
  const inbound = async () =>
    (await app.rest('GET /messages?direction=inbound', { token: owner.token })).body.messages as {
      text: string;
      clientId: string;
    }[];

  test('belongs to whoever wrote to that number last, once however often it is told', async () => {
    await sent('hola');
    const beto = await app.register('Beto');
    const his = await beto.client.clients.create.mutate({ name: 'Carla de Beto', phone });
    const sender = createSender(app, beto, his.id);
    await sender.until(await sender.sent({ text: 'soy Beto' }), { status: 'sent' });
    await comesIn(phone, { MessageSid: 'SMdos', Body: 'para Beto' });
    await comesIn(phone, { MessageSid: 'SMdos', Body: 'para Beto' });
    expect(await inbound()).toEqual([]);
    const got = (await app.rest('GET /messages?direction=inbound', { token: beto.token })).body;
    expect(got).toMatchObject({
      total: 1,
      messages: [
        {
          text: 'para Beto',
          clientId: his.id,
          provider: 'twilio',
          status: 'received',
          client: { name: 'Carla de Beto' },
        },
      ],
    });
    // and then to the one who writes next
    await sent('otra vez');
    await comesIn(phone, { Body: 'para Ana' });
    expect(await inbound()).toMatchObject([{ text: 'para Ana', clientId }]);
  });

  test('is told of in the log', async () => {
    await sent('hola');
    await comesIn(phone);
    const event = await app.node.db.event.findFirst({ where: { ownerId: owner.ownerId, type: 'message.received' } });
    expect(event?.payload).toMatchObject({ chat: null, message: { text: 'gracias', provider: 'twilio' } });
  });

  test('of a kind of its own is that kind', async () => {
    await sent('hola');
    await comesIn(phone, { Body: '', NumMedia: '1', MediaContentType0: 'image/jpeg', MediaUrl0: 'https://x' });
    await comesIn(phone, { Body: '', Latitude: '-34.6', Longitude: '-58.4' });
    const rows = await app.node.db.message.findMany({
      where: { ownerId: owner.ownerId, direction: 'inbound' },
      orderBy: { position: 'asc' },
    });
    expect(rows.map(({ kind }) => kind)).toEqual(['image', 'location']);
  });

  test('from somebody to whom nobody wrote is nobody’s: kept, and shown to the admin', async () => {
    await comesIn('+5491199999999', { MessageSid: 'SMnadie', Body: '¿quién es?' });
    await comesIn('+5491199999999', { MessageSid: 'SMnadie', Body: '¿quién es?' });
    const { items } = await admin.client.messages.unclaimed.query({});
    expect(items.filter(({ text }) => text === '¿quién es?')).toMatchObject([
      { fromPhone: '+5491199999999', toPhone: TWILIO_NUMBER, name: 'Carla', kind: 'text' },
    ]);
  });

  test('after 30 days is nobody’s', async () => {
    const { id } = await sent('hola');
    const past = new Date(Date.now() - 31 * 86_400_000);
    await app.node.db.messageAttempt.updateMany({ where: { messageId: id }, data: { at: past } });
    await comesIn(phone, { Body: 'un mes después' });
    expect(await inbound()).toEqual([]);
    const { items } = await admin.client.messages.unclaimed.query({});
    expect(items.some(({ text }) => text === 'un mes después')).toBe(true);
  });

  test('what was refused wrote to nobody', async () => {
    twilio.next({ kind: 'refuse', status: 400, code: 63016 });
    await ana.until(await ana.sent({ text: 'no salió' }), { status: 'failed' });
    await comesIn(phone, { Body: 'casualidad' });
    expect(await inbound()).toEqual([]);
  });

  test('with a text that cannot be stored is stored all the same', async () => {
    await sent('hola');
    expect((await comesIn(phone, { Body: 'ho\u0000la' })).status).toBe(200);
    expect(await inbound()).toMatchObject([{ text: 'ho\u{FFFD}la' }]);
  });
});
