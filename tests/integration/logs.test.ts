import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '@/server/logger';
import { EngineError } from '@/server/whatsapp/engine';
import { createTestApp, JWT_SECRET, PASSWORD, type TestApp } from '@/tests/support/app';
import { type TestDatabase, testDatabase } from '@/tests/support/database';
import { eventually } from '@/tests/support/node';
import { type TestRedis, testRedis } from '@/tests/support/redis';

const ANA = '+5491123456781';
const CARLA = '+5491134567890';
const EMAIL = 'ana.secreta@example.com';
const WRONG = 'clave-equivocada-7';
const TEXTS = ['texto-que-llega', 'texto-que-sale', 'texto-que-falla', 'texto-tardío', 'búsqueda-privada'];

let database: TestDatabase;
let redis: TestRedis;
let app: TestApp;
let log = '';

beforeAll(async () => {
  database = await testDatabase();
  redis = await testRedis();
  const logger = createLogger('trace', { write: (line) => (log += line) });
  app = await createTestApp({ databaseUrl: database.url, redisUrl: redis.url, logger });
});
afterAll(async () => {
  await app.close();
  await redis.close();
});

test('a link, messages, logins and every kind of failure leave nothing private in the log, at its loudest', async () => {
  const owner = await app.register('Ana Reservada', EMAIL);
  const secrets = [EMAIL, PASSWORD, WRONG, JWT_SECRET, owner.token, 'Reservada', 'Panadería', 'Carla Oculta', ...TEXTS];
  await app.call('auth.login', { input: { email: EMAIL, password: WRONG } });
  const { token } = await app.client(null).auth.login.mutate({ email: EMAIL, password: PASSWORD });
  secrets.push(token);
  await app.call('auth.me', { token: `${owner.token}x` });
  await app.call('auth.register', { input: { name: 'Otra', email: EMAIL, password: PASSWORD } });

  const first = await owner.client.whatsapp.connect.mutate();
  const code = await owner.client.whatsapp.connect.mutate({ phoneNumber: ANA });
  secrets.push(first.qrCode ?? '?', code.pairingCode ?? '?');
  await owner.client.whatsapp.restart.mutate();
  await app.link(owner, ANA, 'Panadería Oculta');
  const wire = await app.wire({ token: owner.token });
  wire.follow('events.follow', { lastEventId: '0' });
  wire.follow('whatsapp.onStatus');

  app.network.phone(CARLA, 'Carla Oculta').say(ANA, 'texto-que-llega');
  const chat = await eventually('the chat', async () => (await owner.client.chats.list.query({})).items[0]);
  const send = (text: string) => owner.client.chats.send.mutate({ chatId: chat.id, text, clientKey: randomUUID() });
  await send('texto-que-sale');
  await owner.client.chats.list.query({ search: 'búsqueda-privada' });
  await app.call('chats.start', { token: owner.token, input: { phone: '+5491199999999' } });
  await app.call('chats.send', {
    token: owner.token,
    input: { chatId: chat.id, text: 'texto-que-falla\u0000', clientKey: 'x' },
  });
  for (const left of ['no', 'unknown'] as const) {
    app.network.onSend(() => {
      throw new EngineError('REJECTED', left, 'the page said no');
    });
    await send('texto-que-falla');
    await eventually('the failure', async () => log.split('a send failed').length > (left === 'no' ? 1 : 2));
  }
  app.network.onSend(null);
  app.network.phone(ANA).crash();
  await eventually('the crash in the log', async () => log.includes('engine crashed'));
  await eventually('connected again', async () => (await owner.client.whatsapp.status.query()).connected);

  // what no handler expects, in the middle of a write
  await app.node.db.$executeRaw`ALTER TABLE message ADD CONSTRAINT broken CHECK (text <> 'texto-tardío')`;
  const broken = await app.call('chats.send', {
    token: owner.token,
    input: { chatId: chat.id, text: 'texto-tardío', clientKey: randomUUID() },
  });
  expect(broken).toMatchObject({ status: 500, error: { code: 'INTERNAL' } });
  expect(broken.text).not.toMatch(/texto-tardío|constraint|prisma|message_/i);
  app.network.phone(CARLA).say(ANA, 'texto-tardío');
  await eventually('an event that cannot be stored', async () => log.includes('could not be stored'));
  await database.close();
  expect((await app.call('chats.list', { token: owner.token, input: {} })).status).toBe(503);

  const lines = log.trim().split('\n');
  expect(lines.length).toBeGreaterThan(20);
  for (const line of lines)
    expect(Object.keys(JSON.parse(line))).toEqual(expect.arrayContaining(['level', 'time', 'msg']));
  for (const secret of secrets) expect(log, secret).not.toContain(secret);
  const phones = log.match(/\+?\d{11,15}(?=@|"|\s)/g) ?? [];
  expect(phones.filter((digits) => digits.includes('549'))).toEqual([]);
  for (const digits of [ANA, CARLA].map((phone) => phone.slice(3))) expect(log).not.toContain(digits);
  // the keys by which Postgres lets a connection be cut, and the password in its address
  expect(log).not.toMatch(/secretKey|password=|"password"/);
}, 90_000);
