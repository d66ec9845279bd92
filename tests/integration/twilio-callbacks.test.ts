import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tidy } from '@/server/jobs/tidy';
import type { Owner, TestApp } from '@/tests/support/app';
import { eventually } from '@/tests/support/node';
import { createSender, type Sender } from '@/tests/support/senders';
import { setStores } from '@/tests/support/stores';
import { createTwilioApp } from '@/tests/support/twilio-app';
import {
  type Behaviour,
  postForm,
  signatureOf,
  TWILIO_NUMBER,
  TWILIO_SID,
  type TwilioPeer,
} from '@/tests/support/twilio-peer';

/** What Twilio tells of our messages: statuses that only go forward, and which message they are of. */

const stores = setStores();
let twilio: TwilioPeer;
let app: TestApp;
let webhook: string;
let owner: Owner;
let ana: Sender;
let phone: string;
let clientId: string;

beforeAll(async () => {
  ({ twilio, app, webhook } = await createTwilioApp(stores));
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
    expect(await ana.read(id)).toMatchObject({
      status: 'delivered',
      errorCode: null,
      errorMessage: null,
      attempts: [{ outcome: 'taken', code: null }],
    });
    // so what this person answers is for who wrote to them
    const answer = { MessageSid: 'SMtarde', From: `whatsapp:${phone}`, To: `whatsapp:${TWILIO_NUMBER}`, Body: 'llegó' };
    expect((await postForm(webhook, answer)).status).toBe(200);
    expect(await app.node.db.message.count({ where: { ownerId: owner.ownerId, text: 'llegó' } })).toBe(1);
  });

  test('that it failed without a reason is said in plain words, until one that has the reason comes', async () => {
    const { id, sid } = await sent('hola');
    await twilio.tell(sid, 'failed');
    expect(await ana.read(id)).toMatchObject({
      status: 'failed',
      errorCode: 'NOT_DELIVERED',
      errorMessage: 'Twilio no pudo entregarlo y no dijo por qué.',
    });
    await twilio.tell(sid, 'undelivered', '63024');
    await twilio.tell(sid, 'failed');
    expect(await ana.read(id)).toMatchObject({ errorCode: '63024', attempts: [{ outcome: 'refused', code: '63024' }] });
    await twilio.tell(sid, 'failed', '63016');
    expect(await ana.read(id)).toMatchObject({ errorCode: '63024' });
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

describe('whose message an id of Twilio’s is', () => {
  const attemptOf = async (messageId: string) =>
    (await app.node.db.messageAttempt.findFirstOrThrow({ where: { messageId } })).id;
  const tellOf = async (messageId: string, sid: string, status: string) =>
    (await postForm(`${webhook}?attempt=${await attemptOf(messageId)}`, { MessageSid: sid, MessageStatus: status }))
      .status;
  const lost = async (sender: Sender, text: string, how: Behaviour): Promise<string> => {
    twilio.next(how);
    const id = await sender.sent({ text });
    await sender.until(id, { errorCode: 'SEND_UNCONFIRMED' });
    return id;
  };
  /** As somebody else who writes from the same account would. */
  const listed = (body: string): string => {
    const sid = `SMajeno${count}`;
    const [to, from] = [`whatsapp:${phone}`, `whatsapp:${TWILIO_NUMBER}`];
    const rest = { contentSid: null, contentVariables: null, statusCallback: null, createdAt: new Date() };
    twilio.taken.push({ sid, to, from, body, ...rest });
    return sid;
  };

  test('is not guessed while another one, of whomever, may be it', async () => {
    const beto = await app.register('Beto');
    const his = await beto.client.clients.create.mutate({ name: 'Carla de Beto', phone });
    const sender = createSender(app, beto, his.id);
    const asked = () => twilio.asked.filter(({ method }) => method === 'GET').length;
    const before = asked();
    const mine = await lost(ana, 'hola a la vez', { kind: 'refuse', status: 500 });
    const theirs = await lost(sender, 'hola a la vez', { kind: 'take and stall', forMs: 3_000 });
    await eventually('both to be asked about', async () => asked() >= before + 2);
    for (const [who, id] of [
      [ana, mine],
      [sender, theirs],
    ] as const) {
      expect(await who.read(id)).toMatchObject({ status: 'queued', errorCode: 'SEND_UNCONFIRMED' });
    }
    const sid = twilio.taken.find(({ body }) => body === 'hola a la vez')?.sid ?? '';
    const owns = await app.node.db.messageAttempt.findFirstOrThrow({ where: { messageId: theirs } });
    expect(twilio.taken.find((one) => one.sid === sid)?.statusCallback).toContain(owns.id);
    expect(await twilio.tell(sid, 'delivered')).toBe(200);
    expect(await sender.read(theirs)).toMatchObject({ status: 'delivered', providerMessageId: sid });
    expect(await ana.read(mine)).toMatchObject({ status: 'queued', providerMessageId: null });
  });

  test('is guessed from the list until a callback names another attempt; the guess is taken back', async () => {
    const sid = listed('parecida');
    const guesser = await lost(ana, 'parecida', { kind: 'drop' });
    const guessed = await ana.until(guesser, { status: 'sent' });
    expect(guessed).toMatchObject({ providerMessageId: sid, attempts: [{ outcome: 'taken', code: 'FOUND_IN_LIST' }] });
    const other = await lost(ana, 'parecida', { kind: 'drop' });
    expect(await tellOf(other, sid, 'delivered')).toBe(200);
    expect(await ana.read(other)).toMatchObject({ status: 'delivered', providerMessageId: sid });
    expect(await ana.read(guesser)).toMatchObject({
      status: 'queued',
      errorCode: 'SEND_UNCONFIRMED',
      providerMessageId: null,
      attempts: [{ outcome: 'unconfirmed' }],
    });
    // and its own callback tells what became of it
    expect(await tellOf(guesser, `SMpropio${count}`, 'read')).toBe(200);
    expect(await ana.read(guesser)).toMatchObject({ status: 'read', providerMessageId: `SMpropio${count}` });
  });

  test('that was guessed wrong is replaced by the one that the own callback names', async () => {
    listed('otra parecida');
    const id = await lost(ana, 'otra parecida', { kind: 'drop' });
    await ana.until(id, { status: 'sent' });
    expect(await tellOf(id, `SMverdadero${count}`, 'delivered')).toBe(200);
    expect(await ana.read(id)).toMatchObject({
      status: 'delivered',
      providerMessageId: `SMverdadero${count}`,
      attempts: [{ outcome: 'taken', code: null }],
    });
  });

  test('that its own answer named stays so, whatever else is said', async () => {
    const { id, sid } = await sent('cierta');
    const other = await lost(ana, 'dudosa', { kind: 'drop' });
    expect(await tellOf(other, sid, 'read')).toBe(200);
    expect(await ana.read(id)).toMatchObject({ status: 'read', providerMessageId: sid });
    expect(await ana.read(other)).toMatchObject({ status: 'queued', providerMessageId: null });
  });

  test('is told by the callback where the answer did not say it', async () => {
    const id = await lost(ana, 'sin número', { kind: 'take and say nothing' });
    const sid = twilio.taken.find(({ body }) => body === 'sin número')?.sid ?? '';
    expect(await twilio.tell(sid, 'delivered')).toBe(200);
    expect(await ana.read(id)).toMatchObject({ status: 'delivered', providerMessageId: sid });
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
