import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOmniClient } from '@/server/client';
import { mainBrowsers } from '@/tests/support/chaos-processes';
import { startStores, type Stores } from '@/tests/support/chaos-stores';
import { inTurn, numbered } from '@/tests/support/flow';
import { listen } from '@/tests/support/listen';
import { type Sandbox, startSandbox } from '@/tests/support/sandbox';
import { type Server, startServer } from '@/tests/support/server';
import { needed } from '@/tests/support/needed';
import { waitUntil } from '@/tests/support/wait-until';

/** Two servers over the same databases and profiles. `left` and `right` are where they are asked; which of them runs the session changes. */
const bakery = '+5491123456789';
const carla = '+5491134567890';
const JWT_SECRET = 'Zq7-uX2.kM9_vB4!tR8~wN3(pL6)cH1*';
type Client = ReturnType<typeof createOmniClient>;
type Side = { server: Server; client: Client; trpc: Client['trpc'] };

let stores: Stores;
let sandbox: Sandbox;
let left: Side;
let right: Side;
let ownerId: string;
let chatId: string;
let token: string | null = null;
const endings: (() => Promise<unknown> | unknown)[] = [];

async function startSide(): Promise<Side> {
  const { sessionPath, env } = stores;
  const server = await startServer({ sandbox, sessionPath, env: { ...env, JWT_SECRET } });
  endings.push(() => server.discard());
  const client = createOmniClient({ url: server.url, token: () => token });
  endings.push(() => client.close());
  return { server, client, trpc: client.trpc };
}

beforeAll(async () => {
  stores = await startStores();
  endings.push(() => stores.close());
  sandbox = await startSandbox({ demo: false });
  endings.push(() => sandbox.stop());
  await sandbox.createAccount({ phone: bakery, name: 'Panadería La Espiga' });
  await sandbox.createAccount({ phone: carla, name: 'Carla' });
  await sandbox.say({ from: carla, to: bakery, text: 'Buen día' });
  left = await startSide();
  right = await startSide();
  const registered = await left.trpc.auth.register.mutate({
    name: 'Ana',
    email: 'ana@example.com',
    password: 'una-clave-larga-42',
  });
  token = registered.token;
  ownerId = registered.user.id;
});

afterAll(async () => {
  for (const end of endings.reverse()) await end();
});

type Row = { holder: string | null; epoch: number; wanted: boolean };
const sessionRow = async () =>
  (await stores.query<Row>('SELECT holder, epoch, wanted FROM whatsapp_session WHERE owner_id = $1', [ownerId]))[0];
const send = (side: Side, text: string) => side.trpc.chats.send.mutate({ chatId, text, clientKey: randomUUID() });
const statusAt = async ({ trpc }: Side) => (await trpc.whatsapp.status.query()).status;
const untilStatus = (side: Side, status: string, seconds = 30) =>
  waitUntil(`${status}`, async () => (await statusAt(side)) === status, seconds);
const texts = async (...wanted: string[]) =>
  (await sandbox.messagesOf(carla, bakery)).map(({ body }) => body).filter((body) => wanted.includes(body));
const storedAt = async ({ trpc }: Side, text: string) =>
  (await trpc.chats.messages.query({ chatId, limit: 100 })).items.filter((message) => message.text === text);
const devices = async () => (await sandbox.accounts()).find(({ phone }) => phone === bakery)?.devices ?? [];
const browserOf = ({ server }: Side) => mainBrowsers(server.sessionPath);

test('what is asked at one process of a session that runs in the other works', async () => {
  const { qrCode } = await left.trpc.whatsapp.connect.mutate();
  expect(qrCode).toBeTruthy();
  // the same code at the other one, and no second browser
  expect((await right.trpc.whatsapp.status.query()).qrCode).toBe(qrCode);
  expect((await right.trpc.whatsapp.connect.mutate()).qrCode).toBe(qrCode);
  expect(await browserOf(left)).toHaveLength(1);
  await sandbox.scan(bakery, qrCode ?? '');
  await untilStatus(right, 'connected');
  await untilStatus(left, 'connected');
  const chat = await waitUntil('the chat', async () => (await right.trpc.chats.list.query({})).items[0]);
  chatId = chat.id;

  const heard = listen(right);
  await send(right, 'Enviado por el otro');
  await waitUntil('the message at the phone', async () => (await texts('Enviado por el otro')).length === 1);
  await sandbox.say({ from: carla, to: bakery, text: 'Recibido por los dos' });
  await waitUntil('the answer', async () => (await storedAt(right, 'Recibido por los dos')).length === 1);
  await waitUntil('the event', () => heard.events.some(({ body }) => body.type === 'message.received'));
  expect(await right.trpc.chats.start.mutate({ phone: carla })).toMatchObject({ id: chatId });
  heard.stop();

  expect(await right.trpc.whatsapp.disconnect.mutate()).toMatchObject({ status: 'disconnected', hasSession: true });
  expect(await statusAt(left)).toBe('disconnected');
  expect(await browserOf(left)).toEqual([]);
  expect(await right.trpc.whatsapp.restore.mutate()).toMatchObject({ connected: true });
  // whoever was asked runs it now; the next tests kill it
  [left, right] = [right, left];
  expect(await devices()).toHaveLength(1);
});

test('when its process is killed the other takes the session over, without a QR; nothing is lost or doubled', async () => {
  const heard = listen(right);
  const [inbound, outbound] = [numbered('de Carla', 40), numbered('de Ana', 40)];
  const flow = Promise.all([
    inTurn(inbound, 60, (text) => sandbox.say({ from: carla, to: bakery, text })),
    inTurn(outbound, 60, (text) => waitUntil('an accepted send', () => send(right, text))),
  ]);
  await waitUntil('the flow to be under way', async () => (await texts(...outbound)).length > 10);
  const before = await sessionRow();
  await left.server.kill();
  const killed = Date.now();
  await waitUntil('another holder', async () => (await sessionRow())?.epoch !== before?.epoch, 40);
  await flow;
  await untilStatus(right, 'connected', 40);
  expect(Date.now() - killed).toBeLessThan(40_000);

  await waitUntil('everything from Carla', async () => {
    const stored = (await right.trpc.chats.messages.query({ chatId, limit: 100 })).items.map(({ text }) => text);
    return inbound.every((text) => stored.includes(text));
  });
  const waiting = () =>
    stores.query(
      `SELECT 1 FROM message WHERE direction = 'outbound' AND status = 'queued' AND error_code IS NULL AND owner_id = $1`,
      [ownerId],
    );
  await waitUntil('everything sent', async () => (await waiting()).length === 0);
  for (const text of inbound) expect(await storedAt(right, text), text).toHaveLength(1);
  const arrived = await texts(...outbound);
  expect(arrived).toEqual([...new Set(arrived)]);
  const missing = outbound.filter((text) => !arrived.includes(text));
  expect(missing.length).toBeLessThanOrEqual(1);
  for (const text of missing) expect(await storedAt(right, text)).toMatchObject([{ errorCode: 'SEND_UNCONFIRMED' }]);

  const { seq } = await right.trpc.events.head.query();
  await waitUntil('the last event', () => heard.events.at(-1)?.seq === seq);
  expect(heard.events.map((event) => event.seq)).toEqual(Array.from({ length: seq }, (_, index) => index + 1));
  expect(heard.states.filter(({ status }) => status === 'qr_ready')).toEqual([]);
  heard.stop();
  expect(await devices()).toMatchObject([{ online: true }]);
  expect(await browserOf(right)).toHaveLength(1);
  await left.server.start();
});

test('a holder that was paused for longer than its term writes nothing afterwards, and leaves the new browser alone', async () => {
  // the session runs at `right`; it is the one that sleeps
  const pid = needed(right.server.pid());
  const before = await sessionRow();
  process.kill(pid, 'SIGSTOP');
  try {
    await sandbox.say({ from: carla, to: bakery, text: 'Mientras dormía' });
    await waitUntil('another holder', async () => (await sessionRow())?.epoch === (before?.epoch ?? 0) + 1, 60);
    await untilStatus(left, 'connected', 40);
    await waitUntil('what came meanwhile', async () => (await storedAt(left, 'Mientras dormía')).length === 1);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const [browser] = await browserOf(left);
  const heard = listen(left);
  const awake = await sessionRow();

  // everything that could make it write: its own API, what comes in, and time for its timers
  await waitUntil('an answer of the one that slept', () => send(right, 'Por el que durmió'));
  await sandbox.say({ from: carla, to: bakery, text: 'Después de dormir' });
  await waitUntil('the message at the phone', async () => (await texts('Por el que durmió')).length > 0);
  await waitUntil('the answer', async () => (await storedAt(right, 'Después de dormir')).length > 0);
  await sleep(8_000);
  expect(await sessionRow()).toMatchObject({ holder: awake?.holder, epoch: awake?.epoch, wanted: true });
  expect(await texts('Por el que durmió')).toHaveLength(1);
  expect(await storedAt(left, 'Por el que durmió')).toHaveLength(1);
  expect(await storedAt(left, 'Mientras dormía')).toHaveLength(1);
  expect(await storedAt(left, 'Después de dormir')).toHaveLength(1);
  expect(heard.states.map(({ status }) => status).filter((status) => status !== 'connected')).toEqual([]);
  expect(await statusAt(right)).toBe('connected');
  expect(await browserOf(left)).toEqual([browser]);
  const changes = heard.events.filter(({ body }) => body.type === 'session.changed');
  expect(changes.at(-1)?.body).toMatchObject({ status: 'connected' });
  heard.stop();
});

test('both shut down in order, the session moves along, and nothing is left', async () => {
  // `left` has it: `right` goes on with it
  await left.server.shutDown();
  await untilStatus(right, 'connected', 40);
  await send(right, 'Sigue andando');
  await waitUntil('the message at the phone', async () => (await texts('Sigue andando')).length === 1);
  const started = Date.now();
  await right.server.shutDown();
  expect(Date.now() - started).toBeLessThan(20_000);
  expect(await sessionRow()).toMatchObject({ holder: null, wanted: true });
  for (const { server } of [left, right]) {
    expect(await server.browsers()).toEqual([]);
    expect(await server.locks()).toEqual([]);
  }
  expect(await devices()).toHaveLength(1);
});
