import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { NO_LIMITS } from '@/tests/support/no-limits';
import { eventually } from '@/tests/support/node';
import { createSender, type Sender } from '@/tests/support/senders';
import { setStores } from '@/tests/support/stores';
import { createTwilioPeer, type TwilioPeer } from '@/tests/support/twilio-peer';

/** What becomes of a message when Twilio is slow, busy, broken, or says no: it is sent once, or it says why not. */

const CONTENTS = {
  TWILIO_CONTENT_SID_CONFIRMACION: 'HXconfirmacion',
  TWILIO_CONTENT_SID_CONFIRMACION_EN: 'HXconfirmation',
  TWILIO_CONTENT_SID_ENTREGA: 'HXentrega',
};

const stores = setStores();
let twilio: TwilioPeer;
let app: TestApp;
let owner: Owner;
let ana: Sender;
let clientId: string;

beforeAll(async () => {
  twilio = await createTwilioPeer();
  app = await createTestApp({
    databaseUrl: stores.databaseUrl,
    redisUrl: stores.redisUrl,
    timeoutMs: 500,
    env: { ...NO_LIMITS, ...twilio.env, ...CONTENTS },
  });
});
afterAll(async () => {
  await app?.close();
  await twilio?.close();
});

let count = 0;
beforeEach(async () => {
  owner = await app.register('Ana');
  count += 1;
  const phone = `+54911${String(30_000_000 + count)}`;
  clientId = (await owner.client.clients.create.mutate({ name: 'Carla', phone })).id;
  ana = createSender(app, owner, clientId);
});

const takenOf = (text: string) => twilio.taken.filter(({ body }) => body === text);

describe('Twilio', () => {
  test('busy (429): waits as long as Twilio says, and goes once', async () => {
    twilio.next({ kind: 'refuse', status: 429, code: 20429, retryAfter: '1' });
    const before = Date.now();
    const id = await ana.sent({ text: 'ocupado' });
    const message = await ana.until(id, { status: 'sent' });
    expect(Date.now() - before).toBeGreaterThanOrEqual(900);
    expect(message.attempts).toMatchObject([
      { provider: 'twilio', outcome: 'not_left', code: '20429' },
      { provider: 'twilio', outcome: 'taken' },
    ]);
    expect(takenOf('ocupado')).toHaveLength(1);
  });

  test('says no: failed, with its number and words for it, and not tried again', async () => {
    const before = twilio.sends();
    twilio.next({ kind: 'refuse', status: 400, code: 21211 });
    const id = await ana.sent({ text: 'número malo' });
    const message = await ana.until(id, { status: 'failed' });
    expect(message).toMatchObject({ errorCode: '21211', attempts: [{ outcome: 'refused', code: '21211' }] });
    expect(message.errorMessage).toContain('Twilio no reconoce ese número');
    expect(twilio.sends() - before).toBe(1);
  });

  test('says no, and is asked again by somebody in the chat, twice at once: it goes once, as the same message', async () => {
    twilio.next({ kind: 'refuse', status: 400, code: 21211 });
    const id = await ana.sent({ text: 'reintento' });
    await ana.until(id, { status: 'failed' });
    const retry = () => owner.client.chats.retry.mutate({ messageId: id });
    const [one, other] = await Promise.allSettled([retry(), retry()]);
    const [won, lost] = one.status === 'fulfilled' ? [one, other] : [other, one];
    expect(won).toMatchObject({ value: { id, status: 'queued', errorCode: null, errorMessage: null } });
    expect(lost).toMatchObject({ reason: { data: { app: { code: 'NOT_RETRYABLE' } } } });
    const message = await ana.until(id, { status: 'sent' });
    expect(message.attempts).toMatchObject([{ outcome: 'refused' }, { provider: 'twilio', outcome: 'taken' }]);
    expect(takenOf('reintento')).toHaveLength(1);
    // what Twilio has is not given to it again
    await expect(retry()).rejects.toMatchObject({ data: { app: { code: 'NOT_RETRYABLE' } } });
  });

  test('outside of the 24 hours (63016): failed, and the words say what that means', async () => {
    twilio.next({ kind: 'refuse', status: 400, code: 63016 });
    const message = await ana.until(await ana.sent({ text: 'tarde' }), { status: 'failed' });
    expect(message.errorCode).toBe('63016');
    expect(message.errorMessage).toContain('24 horas');
  });

  test('took it, and its answer was lost: its list settles it, and it is not sent again', async () => {
    twilio.next({ kind: 'take and drop' });
    const id = await ana.sent({ text: 'respuesta perdida' });
    await ana.until(id, { errorCode: 'SEND_UNCONFIRMED', status: 'queued' });
    const message = await ana.until(id, { status: 'sent' });
    expect(message).toMatchObject({ errorCode: null, providerMessageId: takenOf('respuesta perdida')[0]?.sid });
    expect(message.attempts).toMatchObject([{ outcome: 'taken' }]);
    expect(takenOf('respuesta perdida')).toHaveLength(1);
  });

  test('took it, and answers 500: the same', async () => {
    twilio.next({ kind: 'take and fail', status: 500 });
    const message = await ana.until(await ana.sent({ text: 'quinientos' }), { status: 'sent' });
    expect(message.attempts).toMatchObject([{ outcome: 'taken' }]);
    expect(takenOf('quinientos')).toHaveLength(1);
  });

  test('is too slow: the same', async () => {
    twilio.next({ kind: 'take', afterMs: 900 });
    const id = await ana.sent({ text: 'lento' });
    await ana.until(id, { errorCode: 'SEND_UNCONFIRMED' });
    await ana.until(id, { status: 'sent' });
    expect(takenOf('lento')).toHaveLength(1);
  });

  test('took nothing, and nobody can tell: it says so, and is never sent again by itself', async () => {
    const before = twilio.sends();
    twilio.next({ kind: 'drop' });
    const id = await ana.sent({ text: 'en el aire' });
    await ana.until(id, { errorCode: 'SEND_UNCONFIRMED' });
    await eventually('Twilio to be asked', async () => twilio.asked.some(({ method }) => method === 'GET'));
    expect(await ana.read(id)).toMatchObject({ status: 'queued', attempts: [{ outcome: 'unconfirmed' }] });
    expect(twilio.sends() - before).toBe(1);
  });

  test('of two equal texts of which one left, each has a fate of its own', async () => {
    const first = await ana.sent({ text: '¿sigue ahí?' });
    await ana.until(first, { status: 'sent' });
    twilio.next({ kind: 'drop' });
    const second = await ana.sent({ text: '¿sigue ahí?' });
    await ana.until(second, { errorCode: 'SEND_UNCONFIRMED' });
    const asked = twilio.asked.length;
    await eventually('Twilio to be asked', async () => twilio.asked.length > asked);
    expect(await ana.read(second)).toMatchObject({ status: 'queued', errorCode: 'SEND_UNCONFIRMED' });
    expect((await ana.read(first)).providerMessageId).toBe(takenOf('¿sigue ahí?')[0]?.sid);
  });
});

describe('an approved template', () => {
  let orderId: string;
  beforeEach(async () => {
    orderId = (await owner.client.orders.create.mutate({ clientId, description: 'una torta' })).id;
  });

  /** What the row says, and what Twilio got. */
  async function goes(body: object) {
    const { providerMessageId, text } = await ana.until(await ana.sent(body), { status: 'sent' });
    const taken = twilio.taken.find(({ sid }) => sid === providerMessageId);
    const variables: unknown = taken?.contentVariables ? JSON.parse(taken.contentVariables) : null;
    return { text, body: taken?.body, contentSid: taken?.contentSid, variables };
  }
  const plain = (text: string) => ({ text, body: text, contentSid: null, variables: null });

  test('gets what the text says, whatever else is of its type', async () => {
    const own = await owner.client.templates.create.mutate({
      name: 'Mía',
      type: 'confirmacion',
      content: '{orderDescription} para {clientName}',
    });
    expect(await goes({ templateType: 'confirmacion', orderId })).toEqual({
      text: 'Hola Carla, confirmamos tu pedido: una torta. ¡Gracias!',
      body: '',
      contentSid: 'HXconfirmacion',
      variables: { 1: 'Carla', 2: 'una torta' },
    });
    expect(await goes({ templateId: own.id, orderId })).toEqual(plain('una torta para Carla'));
    expect(await goes({ templateType: 'confirmacion' })).toEqual(
      plain('Hola Carla, te confirmamos que recibimos tu mensaje. ¡Gracias!'),
    );
  });

  test('is of one language', async () => {
    expect(await goes({ templateType: 'confirmacion', orderId, language: 'en' })).toMatchObject({
      text: 'Hello Carla, your order is confirmed: una torta. Thank you!',
      contentSid: 'HXconfirmation',
      variables: { 1: 'Carla', 2: 'una torta' },
    });
    expect(await goes({ templateType: 'entrega', orderId, language: 'en' })).toEqual(
      plain('Hello Carla, your order is ready for delivery: una torta.'),
    );
  });

  test('says nothing of a wording that the owner changed', async () => {
    await owner.client.templates.update.mutate({
      id: 'entrega-es',
      content: 'Ya está, {clientName}: {orderDescription}',
    });
    expect(await goes({ templateType: 'entrega', orderId })).toEqual(plain('Ya está, Carla: una torta'));
  });

  test('of a message for later gets what was accepted, whatever changed meanwhile', async () => {
    const scheduledAt = new Date(Date.now() + 1_500).toISOString();
    const went = goes({ templateType: 'confirmacion', orderId, scheduledAt });
    await eventually('it to be stored', async () => app.node.db.message.count({ where: { clientId } }));
    await owner.client.clients.update.mutate({ id: clientId, name: 'Beatriz' });
    await owner.client.orders.update.mutate({ id: orderId, description: 'pan' });
    expect(await went).toMatchObject({
      text: 'Hola Carla, confirmamos tu pedido: una torta. ¡Gracias!',
      contentSid: 'HXconfirmacion',
      variables: { 1: 'Carla', 2: 'una torta' },
    });
  });
});

test('messages for one person go in the order in which they were accepted', async () => {
  const texts = Array.from({ length: 12 }, (_, index) => `orden ${index}`);
  const ids: string[] = [];
  for (const text of texts) ids.push(await ana.sent({ text }));
  for (const id of ids) await ana.until(id, { status: 'sent' });
  expect(twilio.taken.map(({ body }) => body).filter((body) => body.startsWith('orden '))).toEqual(texts);
});
