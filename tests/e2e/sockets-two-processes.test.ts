import { afterAll, beforeAll, expect, test } from 'vitest';
import { JWT_SECRET } from '@/tests/support/app';
import { startStores, type Stores } from '@/tests/support/chaos-stores';
import { callRest } from '@/tests/support/rest';
import { type Sandbox, startSandbox } from '@/tests/support/sandbox';
import { type Server, startServer } from '@/tests/support/server';
import { type ListeningSocket, openSocket } from '@/tests/support/socket';
import { waitUntil } from '@/tests/support/wait-until';

/** Two servers over the same databases: each tells its own sockets, and what happens is told once, also when one of them is killed. */

const BAKERY = '+5491123456789';
const CARLA = '+5491134567890';
const ANA = { name: 'Ana', email: 'ana@example.com', password: 'una-clave-larga-42' };

let stores: Stores;
let sandbox: Sandbox;
const endings: (() => Promise<unknown> | unknown)[] = [];

async function start(): Promise<Server> {
  const { sessionPath, env } = stores;
  const server = await startServer({ sandbox, sessionPath, env: { ...env, JWT_SECRET } });
  endings.push(() => server.discard());
  return server;
}
beforeAll(async () => {
  stores = await startStores();
  endings.push(() => stores.close());
  sandbox = await startSandbox({ demo: false });
  endings.push(() => sandbox.stop());
  await sandbox.createAccount({ phone: BAKERY, name: 'Panadería' });
  await sandbox.createAccount({ phone: CARLA, name: 'Carla' });
});
afterAll(async () => {
  for (const end of endings.reverse()) await end();
});

const texts = ({ all }: ListeningSocket) => all('whatsapp_message_received').map(({ message }) => message.text);

test('one event, once, wherever it is heard and whichever process runs the session', async () => {
  const [holder, other] = [await start(), await start()];
  const { token } = (await callRest(holder.url, 'POST /auth/register', { body: ANA })).body;
  const listen = (server: Server) => {
    const made = openSocket(server.url, { auth: { token } });
    // a connection that came back is a new one
    made.socket.on('connect', () => void made.socket.emit('subscribe_whatsapp'));
    endings.push(made.close);
    return made;
  };
  const [here, there] = [listen(holder), listen(other)];
  const { qrCode } = (await callRest(holder.url, 'POST /whatsapp/connect', { token })).body;
  for (const { all } of [here, there]) {
    await waitUntil('the QR', async () => all('whatsapp_qr_generated').some((data) => data.qrCode === qrCode));
  }
  await sandbox.scan(BAKERY, qrCode);
  const connected = ({ all }: ListeningSocket) => all('whatsapp_status_change').at(-1)?.status === 'connected';
  await waitUntil('the connection, on both', async () => connected(here) && connected(there));
  await sandbox.say({ from: CARLA, to: BAKERY, text: 'Buen día' });
  await waitUntil('the message, on both', async () => texts(here).length > 0 && texts(there).length > 0);

  await holder.kill();
  await sandbox.say({ from: CARLA, to: BAKERY, text: '¿Hay alguien?' });
  await waitUntil('what came meanwhile', async () => texts(there).includes('¿Hay alguien?'), 60);
  await holder.start();
  await waitUntil('the socket’s return', async () => here.socket.connected);
  await waitUntil('the present state', async () => connected(here));
  await sandbox.say({ from: CARLA, to: BAKERY, text: 'Ah, están' });
  await waitUntil('the last, on both', async () => texts(here).length > 1 && texts(there).length > 2);
  expect(texts(there)).toEqual(['Buen día', '¿Hay alguien?', 'Ah, están']);
  expect(texts(here)).toEqual(['Buen día', 'Ah, están']);

  // a log-out at one of them ends the sockets of both
  await callRest(other.url, 'POST /auth/logout', { token });
  await waitUntil(
    'the end of both',
    async () => here.ends.includes('io server disconnect') && there.ends.includes('io server disconnect'),
    2,
  );
});
