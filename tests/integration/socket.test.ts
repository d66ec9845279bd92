import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { EngineError } from '@/server/whatsapp/engine';
import { createFakeNetwork } from '@/tests/support/fake-engine';
import { eventually } from '@/tests/support/node';
import { type ListeningSocket, openSocket } from '@/tests/support/socket';
import { setStores } from '@/tests/support/stores';

/** The events of the contract over Socket.IO, on engines of the fake network, with two processes over one set of stores. */

const CARLA = '+5491134567890';
const ISO = expect.stringMatching(/^20\d\d-\d\d-\d\dT.*Z$/);

const stores = setStores();
let left: TestApp;
let right: TestApp;
const sockets: ListeningSocket[] = [];
const network = createFakeNetwork();

beforeAll(async () => {
  const { databaseUrl, redisUrl } = stores;
  left = await createTestApp({ databaseUrl, redisUrl, network });
  right = await createTestApp({ databaseUrl, redisUrl, network });
});
afterEach(() => {
  network.onSend(null);
  for (const socket of sockets.splice(0)) socket.close();
});
afterAll(async () => {
  await left.close();
  await right.close();
});

function open(app: TestApp, more: Parameters<typeof openSocket>[1] = {}): ListeningSocket {
  const made = openSocket(app.url, more);
  sockets.push(made);
  return made;
}
/** Subscribed, and told how things are. */
async function listening(app: TestApp, owner: Owner, more: Parameters<typeof openSocket>[1] = {}) {
  const made = open(app, { auth: { token: owner.token }, ...more });
  made.socket.emit('subscribe_whatsapp');
  await made.hears('whatsapp_status_change');
  return made;
}

let people = 0;
async function linked(): Promise<Owner & { phone: string }> {
  people += 1;
  const phone = `+54911333300${String(people).padStart(2, '0')}`;
  const owner = await left.register('Ana');
  await left.link(owner, phone, 'Panadería');
  return { ...owner, phone };
}

describe('the link', () => {
  test('is told from the QR to the connection, each once, with these fields and no others', async () => {
    const owner = await left.register('Ana');
    const heard = await listening(left, owner);
    expect(heard.heard).toEqual([
      {
        name: 'whatsapp_status_change',
        data: { status: 'not_connected', message: expect.any(String), userId: owner.ownerId, timestamp: ISO },
      },
    ]);
    const { qrCode } = await owner.client.whatsapp.connect.mutate();
    const qr = await heard.hears('whatsapp_qr_generated');
    expect(qr).toEqual({ qrCode, expiresAt: ISO, userId: owner.ownerId, timestamp: ISO });
    // a second one, in the other process, is told how things are at once
    const late = await listening(right, owner);
    expect((await late.hears('whatsapp_qr_generated')).qrCode).toBe(qrCode);
    expect(late.all('whatsapp_status_change').map(({ status }) => status)).toEqual(['qr_ready']);

    network.rotateQr();
    const second = await heard.hears('whatsapp_qr_generated', (data) => data.qrCode !== qrCode);
    await late.hears('whatsapp_qr_generated', (data) => data.qrCode === second.qrCode);
    network.phone('+5491133330099', 'Panadería de Ana').scan(second.qrCode);
    for (const socket of [heard, late]) {
      expect(await socket.hears('whatsapp_status_change', ({ status }) => status === 'connected')).toEqual({
        status: 'connected',
        phoneNumber: '+5491133330099',
        name: 'Panadería de Ana',
        message: expect.any(String),
        userId: owner.ownerId,
        timestamp: ISO,
      });
    }
    const codes = heard.all('whatsapp_qr_generated').map((data) => data.qrCode);
    expect(codes).toEqual([qrCode, second.qrCode]);
    const words = heard.all('whatsapp_status_change').map(({ status, progress }) => `${status} ${progress ?? ''}`);
    expect(new Set(words).size).toBe(words.length);
  });

  test('an error has its own event, in the language of who listens', async () => {
    const owner = await left.register('Ana');
    const heard = await listening(left, owner, { extraHeaders: { 'accept-language': 'en' } });
    network.onStart(() => {
      throw new Error('no browser');
    });
    try {
      await owner.client.whatsapp.connect.mutate().catch(() => {});
      const failed = await heard.hears('whatsapp_status_change', ({ status }) => status === 'error');
      expect(failed.reason).toEqual(expect.any(String));
      expect(await heard.hears('whatsapp_error')).toEqual({
        error: { type: 'session', code: failed.reason, message: 'It could not connect.' },
        userId: owner.ownerId,
        timestamp: ISO,
      });
    } finally {
      network.onStart(null);
    }
  });
});

describe('messages', () => {
  test('that come in are told once to every socket, in both processes', async () => {
    const owner = await linked();
    const carla = network.phone(CARLA, 'Carla');
    const all = [await listening(left, owner), await listening(left, owner), await listening(right, owner)];
    const other = await listening(right, await left.register('Otra'));
    carla.say(owner.phone, 'Buen día');
    for (const { hears } of all) {
      const told = await hears('whatsapp_message_received');
      expect(told).toEqual({
        message: {
          id: expect.any(String),
          userId: owner.ownerId,
          clientId: expect.any(String),
          orderId: null,
          channel: 'whatsapp',
          direction: 'inbound',
          provider: 'whatsapp_web',
          providerMessageId: expect.any(String),
          kind: 'text',
          text: 'Buen día',
          subject: null,
          templateType: null,
          variables: null,
          status: 'received',
          errorCode: null,
          errorMessage: null,
          createdAt: ISO,
          sentAt: ISO,
          deliveredAt: null,
          readAt: null,
          clientName: 'Carla',
          clientPhone: CARLA,
          timestamp: ISO,
        },
        userId: owner.ownerId,
        timestamp: ISO,
      });
    }
    carla.say(owner.phone, 'y otra');
    for (const socket of all) {
      await socket.hears('whatsapp_message_received', ({ message }) => message.text === 'y otra');
      expect(socket.all('whatsapp_message_received').map(({ message }) => message.text)).toEqual([
        'Buen día',
        'y otra',
      ]);
    }
    expect(other.all('whatsapp_message_received')).toEqual([]);
  });

  test('that go out are told when they left, and how they fare: each once', async () => {
    const owner = await linked();
    const carla = network.phone(CARLA, 'Carla');
    const here = await listening(left, owner);
    const there = await listening(right, owner);
    const sent = await left.rest('POST /whatsapp/send', {
      token: owner.token,
      body: { clientNumber: CARLA, text: 'Ya sale' },
    });
    const { messageId } = sent.body;
    await here.hears('whatsapp_message_status', ({ status }) => status === 'delivered');
    carla.read(owner.phone);
    for (const socket of [here, there]) {
      await socket.hears('whatsapp_message_status', ({ status }) => status === 'read');
      expect(socket.all('whatsapp_message_sent')).toEqual([
        {
          message: expect.objectContaining({
            id: messageId,
            kind: 'text',
            text: 'Ya sale',
            direction: 'outbound',
            userId: owner.ownerId,
          }),
          messageId,
          clientNumber: CARLA,
          userId: owner.ownerId,
          timestamp: ISO,
        },
      ]);
      const statuses = socket.all('whatsapp_message_status');
      expect(statuses.at(-1)).toEqual({ messageId, status: 'read', userId: owner.ownerId, timestamp: ISO });
      const words = statuses.map(({ status }) => status);
      expect(new Set(words).size).toBe(words.length);
    }
    // what is typed on the phone itself is an own message too
    network.phone(owner.phone).say(CARLA, 'desde el teléfono');
    const typed = await there.hears('whatsapp_message_sent', ({ message }) => message.text === 'desde el teléfono');
    expect(typed).toMatchObject({ clientNumber: CARLA, message: { direction: 'outbound' } });
  });

  test('that fail say why', async () => {
    const owner = await linked();
    network.phone(CARLA, 'Carla');
    const heard = await listening(right, owner);
    network.onSend(() => {
      throw new EngineError('REJECTED', 'no', 'a test said so');
    });
    const body = { clientNumber: CARLA, text: 'no sale' };
    await left.rest('POST /whatsapp/send', { token: owner.token, body });
    const failed = await heard.hears('whatsapp_message_status', ({ status }) => status === 'failed');
    expect(await heard.hears('whatsapp_error')).toEqual({
      error: { type: 'message', code: 'WHATSAPP_REFUSED', message: 'WhatsApp no aceptó el mensaje.' },
      userId: owner.ownerId,
      timestamp: ISO,
    });
    expect(heard.all('whatsapp_message_sent')).toEqual([]);
    expect(failed.messageId).toEqual(expect.any(String));
  });

  test('are not told after unsubscribe_whatsapp, and again after subscribe_whatsapp', async () => {
    const owner = await linked();
    const carla = network.phone(CARLA, 'Carla');
    const quiet = await listening(left, owner);
    const witness = await listening(left, owner);
    expect(await quiet.socket.emitWithAck('unsubscribe_whatsapp')).toEqual({ success: true });
    carla.say(owner.phone, 'sin oírte');
    await witness.hears('whatsapp_message_received');
    expect(await quiet.socket.emitWithAck('subscribe_whatsapp')).toEqual({ success: true });
    carla.say(owner.phone, 'te oigo');
    await quiet.hears('whatsapp_message_received', ({ message }) => message.text === 'te oigo');
    expect(quiet.all('whatsapp_message_received')).toHaveLength(1);
  });

  test('are told over /api/v1 as over the root, and over either transport alone', async () => {
    const owner = await linked();
    const carla = network.phone(CARLA, 'Carla');
    const all = [
      await listening(left, owner, { namespace: '/api/v1' }),
      await listening(left, owner, { transports: ['websocket'] }),
      await listening(right, owner, { transports: ['polling'] }),
    ];
    carla.say(owner.phone, 'por todas partes');
    for (const socket of all) {
      await socket.hears('whatsapp_message_received');
      expect(socket.all('whatsapp_message_received')).toHaveLength(1);
    }
  });
});

test('what happens while the database is away is told when it is back', async () => {
  const owner = await linked();
  const carla = network.phone(CARLA, 'Carla');
  const heard = await listening(left, owner);
  const { db } = left.node;
  // every connection is cut, the bell's among them
  await db.$executeRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
  carla.say(owner.phone, 'en el corte');
  await heard.hears('whatsapp_message_received', ({ message }) => message.text === 'en el corte');
  expect(heard.all('whatsapp_message_received')).toHaveLength(1);
  expect(
    await eventually(
      'the other process',
      async () => (await right.rest('GET /whatsapp/status', { token: owner.token })).status === 200,
    ),
  ).toBe(true);
});
