import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { createFakeNetwork } from '@/tests/support/fake-engine';
import { freePort } from '@/tests/support/free-port';
import { eventually } from '@/tests/support/node';
import { type ListeningSocket, openSocket } from '@/tests/support/socket';
import { setStores } from '@/tests/support/stores';

/** A client's socket that drops, or whose server is started anew: the document's snippet subscribes once, and goes on hearing. */

const OWN = '+5491133330100';
const CARLA = '+5491134567890';

const stores = setStores();
const network = createFakeNetwork();
const sockets: ListeningSocket[] = [];
let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ ...stores, network });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});
afterAll(() => app.close());

function open({ url }: TestApp, { token }: Owner): ListeningSocket {
  const made = openSocket(url, { auth: { token } });
  sockets.push(made);
  return made;
}
async function listening(at: TestApp, owner: Owner): Promise<ListeningSocket> {
  const made = open(at, owner);
  made.socket.emit('subscribe_whatsapp');
  await made.hears('whatsapp_status_change');
  return made;
}

describe('a socket that comes back', () => {
  const statuses = (socket: ListeningSocket) => socket.all('whatsapp_status_change').length;

  test('goes on listening if it did, and is told how things are: once', async () => {
    const owner = await app.register('Ana');
    await app.link(owner, OWN, 'Panadería');
    const carla = network.phone(CARLA, 'Carla');
    const subscribed = await listening(app, owner);
    const again = await listening(app, owner);
    const silent = await listening(app, owner);
    await silent.socket.emitWithAck('unsubscribe_whatsapp');
    const never = open(app, owner);
    await eventually('a connection', async () => never.socket.connected);
    again.socket.on('connect', () => again.socket.emit('subscribe_whatsapp'));
    for (const { socket } of [subscribed, again, silent, never]) socket.io.engine.close();
    await eventually('the present state again', async () => statuses(subscribed) === 2 && statuses(again) === 2);
    carla.say(OWN, 'otra vez');
    for (const socket of [subscribed, again]) {
      await socket.hears('whatsapp_message_received', ({ message }) => message.text === 'otra vez');
      expect(statuses(socket)).toBe(2);
    }
    for (const socket of [silent, never]) {
      expect(await socket.socket.emitWithAck('unsubscribe_whatsapp')).toEqual({ success: true });
      expect(socket.all('whatsapp_message_received')).toEqual([]);
    }
  });

  test('finds a server that was started anew, and listens there, whose it is now', async () => {
    const env = { PORT: String(await freePort()) };
    const before = await createTestApp({ ...stores, network, env });
    const [ana, leo] = [await before.register('Ana'), await before.register('Leo')];
    const socket = await listening(before, ana);
    const taken = await listening(before, leo);
    Object.assign(taken.socket.auth, { token: ana.token });
    await before.close();
    const after = await createTestApp({ ...stores, network, env });
    try {
      await eventually('the present state', async () => statuses(socket) === 2);
      await eventually('a connection', async () => taken.socket.connected);
      expect(await taken.socket.emitWithAck('unsubscribe_whatsapp')).toEqual({ success: true });
      expect(statuses(taken)).toBe(1);
    } finally {
      await after.close();
    }
  });
});
