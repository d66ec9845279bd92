import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { NO_LIMITS } from '@/tests/support/no-limits';
import { eventually } from '@/tests/support/node';
import { createSender, type Sender } from '@/tests/support/senders';
import { setStores } from '@/tests/support/stores';
import { createTwilioPeer, type TwilioPeer } from '@/tests/support/twilio-peer';

/** What becomes of a message when Twilio is slow, busy, broken, or says no: it is sent once, or it says why not. */

const stores = setStores();
let twilio: TwilioPeer;
let app: TestApp;
let owner: Owner;
let ana: Sender;

beforeAll(async () => {
  twilio = await createTwilioPeer();
  app = await createTestApp({
    databaseUrl: stores.databaseUrl,
    redisUrl: stores.redisUrl,
    timeoutMs: 500,
    env: { ...NO_LIMITS, ...twilio.env },
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
  ana = createSender(app, owner, (await owner.client.clients.create.mutate({ name: 'Carla', phone })).id);
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

test('messages for one person go in the order in which they were accepted', async () => {
  const texts = Array.from({ length: 12 }, (_, index) => `orden ${index}`);
  const ids: string[] = [];
  for (const text of texts) ids.push(await ana.sent({ text }));
  for (const id of ids) await ana.until(id, { status: 'sent' });
  expect(twilio.taken.map(({ body }) => body).filter((body) => body.startsWith('orden '))).toEqual(texts);
});
