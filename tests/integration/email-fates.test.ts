import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type Owner, PASSWORD, type TestApp } from '@/tests/support/app';
import { createMailPeer, type MailPeer } from '@/tests/support/mail-peer';
import { NO_LIMITS } from '@/tests/support/no-limits';
import { eventually } from '@/tests/support/node';
import { createSender, type Sender } from '@/tests/support/senders';
import { setStores } from '@/tests/support/stores';

/** What becomes of an e-mail, against a real SMTP server; and the mail for a forgotten password. */

const stores = setStores();
let mail: MailPeer;
let app: TestApp;
let owner: Owner;
let clientId: string;
let ana: Sender;
let address: string;
let count = 0;

beforeAll(async () => {
  mail = await createMailPeer();
  app = await createTestApp({
    databaseUrl: stores.databaseUrl,
    redisUrl: stores.redisUrl,
    timeoutMs: 1_000,
    env: { ...NO_LIMITS, ...mail.env },
  });
});
afterAll(async () => {
  await app?.close();
  await mail?.close();
});
beforeEach(async () => {
  owner = await app.register('Ana');
  count += 1;
  address = `carla-${count}@example.com`;
  clientId = (await owner.client.clients.create.mutate({ name: 'Carla', email: address })).id;
  ana = createSender(app, owner, clientId);
});

const email = (text: string) => ({ channel: 'email', subject: 'Asunto', text });
const received = () => mail.mails.filter(({ to }) => to.includes(address));

describe('an e-mail', () => {
  test('that the server takes later (451) goes once, then', async () => {
    mail.next({ kind: 'refuse', code: 451, at: 'recipient' });
    const message = await ana.until(await ana.sent(email('más tarde')), { status: 'sent' });
    expect(message.attempts).toMatchObject([{ outcome: 'not_left', code: '451' }, { outcome: 'taken' }]);
    expect(received()).toHaveLength(1);
  });

  test('whose content is refused for now (452) the same', async () => {
    mail.next({ kind: 'refuse', code: 452, at: 'content' });
    await ana.until(await ana.sent(email('lleno')), { status: 'sent' });
    expect(received()).toHaveLength(1);
  });

  test('to nobody (550): failed, with words', async () => {
    mail.next({ kind: 'refuse', code: 550, at: 'recipient' });
    const message = await ana.until(await ana.sent(email('a nadie')), { status: 'failed' });
    expect(message).toMatchObject({ errorCode: '550', attempts: [{ outcome: 'refused', code: '550' }] });
    expect(message.errorMessage).toContain('puede que la dirección no exista');
  });

  test('that is refused with an enhanced code: the words say what it is about', async () => {
    for (const [at, says, errorCode, words] of [
      ['recipient', '5.1.1 no such user', '550 5.1.1', 'Esa dirección de correo no existe.'],
      ['content', '5.7.1 looks like spam', '550 5.7.1', 'La dirección puede existir.'],
    ] as const) {
      mail.next({ kind: 'refuse', code: 550, at, says });
      const message = await ana.until(await ana.sent(email(says)), { status: 'failed' });
      expect(message).toMatchObject({ errorCode, attempts: [{ outcome: 'refused', code: errorCode }] });
      expect(message.errorMessage).toContain(words);
    }
  });

  for (const at of ['recipient', 'data'] as const) {
    test(`whose connection ends before the mail was asked for (${at}) certainly did not leave, and goes again`, async () => {
      mail.next({ kind: 'drop', at });
      const message = await ana.until(await ana.sent(email(`cortado ${at}`)), { status: 'sent' });
      expect(message.attempts).toMatchObject([{ outcome: 'not_left' }, { outcome: 'taken' }]);
      expect(received()).toHaveLength(1);
    });
  }

  test('that the server has, and whose answer is lost: nobody can say, and it is never sent again', async () => {
    mail.next({ kind: 'take and drop' });
    const id = await ana.sent(email('perdido'));
    await ana.until(id, { errorCode: 'SEND_UNCONFIRMED' });
    // what comes after it is not held up
    await ana.until(await ana.sent(email('después')), { status: 'sent' });
    expect(await ana.read(id)).toMatchObject({ status: 'queued', attempts: [{ outcome: 'unconfirmed' }] });
    expect(received()).toHaveLength(2);
  });

  test('has no second header in its subject, and dots stay dots', async () => {
    const refused = await ana.send({ channel: 'email', text: 'x', subject: 'a\r\nBcc: otro@example.com' });
    expect(refused.status).toBe(400);
    await ana.until(await ana.sent(email('.\n..\nfin')), { status: 'sent' });
    expect(received()[0]?.raw).toMatch(/^\.\r?\n\.\.\r?\nfin/m);
  });

  test('has the variables of its subject filled in, in one line', async () => {
    const variables = { qué: 'torta\r\nBcc: otro@example.com' };
    const id = await ana.sent({ ...email('x'), subject: '{name}, tu {qué}', variables });
    expect(await ana.until(id, { status: 'sent' })).toMatchObject({ subject: 'Carla, tu torta Bcc: otro@example.com' });
    const [got] = received();
    expect(got?.to).toEqual([address]);
    expect(got?.raw).toMatch(/^Subject: Carla, tu torta Bcc: otro@example.com\r?$/m);
    expect(got?.raw).not.toMatch(/^Bcc:/m);
  });

  test('to a client who is deleted meanwhile fails, and says so', async () => {
    const id = await ana.sent({ ...email('x'), scheduledAt: new Date(Date.now() + 700).toISOString() });
    await owner.client.clients.delete.mutate({ id: clientId });
    expect(await ana.until(id, { status: 'failed' })).toMatchObject({
      errorCode: 'CLIENT_NOT_FOUND',
      errorMessage: 'Ese cliente no existe.',
      attempts: [],
    });
  });
});

describe('a forgotten password', () => {
  const forgot = (of: string, headers = {}) => app.rest('POST /auth/password/forgot', { body: { email: of }, headers });

  test('is set with the link of the mail, once; the answer says nothing of who has an account', async () => {
    const owner = await app.register('Olvidadiza');
    const [known, unknown] = [await forgot(owner.email.toUpperCase()), await forgot('nadie@example.com')];
    expect(known.status).toBe(202);
    expect(unknown.status).toBe(202);
    expect(unknown.body).toEqual(known.body);
    const got = await eventually('the mail', async () => mail.mails.find(({ to }) => to.includes(owner.email)));
    const text = got.raw.replace(/=\r?\n/g, '').replaceAll('=3D', '=');
    const token = /\/reset\?token=([\w.-]+)/.exec(text)?.[1];
    expect(token).toBeTruthy();
    const reset = () => app.rest('POST /auth/password/reset', { body: { token, newPassword: 'otra-clave-9' } });
    expect((await reset()).status).toBe(200);
    expect((await reset()).body.code).toBe('INVALID_TOKEN');
    const login = (password: string) => app.rest('POST /auth/login', { body: { email: owner.email, password } });
    expect((await login('otra-clave-9')).status).toBe(200);
    expect((await login(PASSWORD)).status).toBe(401);
  });

  test('asked for again and again is one mail', async () => {
    const owner = await app.register('Insistente');
    await Promise.all(Array.from({ length: 10 }, () => forgot(owner.email, { 'accept-language': 'en' })));
    const mine = () => mail.mails.filter(({ to }) => to.includes(owner.email));
    await eventually('the mail', async () => mine().length > 0);
    const other = await app.register('Otra');
    await forgot(other.email);
    await eventually('the next mail', async () => mail.mails.some(({ to }) => to.includes(other.email)));
    expect(mine()).toHaveLength(1);
    expect(mine()[0]?.raw).toContain('Subject: Your OmniWP password');
  });
});
