import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ownerIdOfRow } from '@/server/auth/owner-id';
import { sendToNumber } from '@/server/whatsapp/send-to-number';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { eventually } from '@/tests/support/node';
import { setStores } from '@/tests/support/stores';

/** The WhatsApp routes of the contract, over /api/v1, on engines of the fake network. */

const ANA = '+5491123456781';
const CARLA = '+5491134567890';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const stores = setStores();
let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ databaseUrl: stores.databaseUrl, redisUrl: stores.redisUrl });
});
afterAll(async () => {
  await app.close();
});
afterEach(() => {
  app.network.onSend(null);
});

let people = 0;
/** Somebody new, with a linked number of their own. */
async function linked(): Promise<Owner & { phone: string }> {
  people += 1;
  const phone = `+54911222200${String(people).padStart(2, '0')}`;
  const owner = await app.register('Ana');
  await app.link(owner, phone, 'Panadería');
  return { ...owner, phone };
}
const send = (owner: Owner, body: object, headers: Record<string, string> = {}) =>
  app.rest('POST /whatsapp/send', { token: owner.token, body, headers });

describe('the link', () => {
  test('goes the way of the document: connect, scan, stop, restore, unlink', async () => {
    const owner = await app.register('Ana');
    const { token } = owner;
    expect((await app.rest('GET /whatsapp/status', { token })).body).toMatchObject({
      success: true,
      connected: false,
      status: 'not_connected',
      qrCode: null,
      userId: owner.ownerId,
      hasSession: false,
      phoneNumber: null,
      name: null,
      connectedAt: null,
    });
    for (const route of [
      'POST /whatsapp/disconnect',
      'POST /whatsapp/restore',
      'POST /whatsapp/restart',
      'GET /whatsapp/info',
    ]) {
      expect(await app.rest(route, { token })).toMatchObject({ status: 404, body: { code: 'NO_WHATSAPP_SESSION' } });
    }
    const connecting = await app.rest('POST /whatsapp/connect', {
      token,
      headers: { 'content-type': 'application/json' },
    });
    expect(connecting).toMatchObject({
      status: 200,
      body: {
        success: true,
        status: 'qr_ready',
        method: 'qr',
        qrCode: expect.any(String),
        message: expect.any(String),
      },
    });
    const { qrCode } = connecting.body;
    expect((await app.rest('GET /whatsapp/qr', { token })).body).toEqual({
      success: true,
      qrCode,
      status: 'qr_ready',
      connected: false,
    });
    expect((await app.rest('GET /whatsapp/status', { token })).body.qrCode).toBe(qrCode);

    const phone = app.network.phone(ANA, 'Panadería de Ana');
    expect(phone.scan(qrCode)).toBe(true);
    const status = await eventually('the connection', async () => {
      const { body } = await app.rest('GET /whatsapp/status', { token });
      return body.connected && body;
    });
    expect(status).toMatchObject({
      status: 'connected',
      qrCode: null,
      hasSession: true,
      phoneNumber: ANA,
      name: 'Panadería de Ana',
      connectedAt: expect.stringMatching(/^20.*Z$/),
    });
    expect((await app.rest('POST /whatsapp/connect', { token })).body).toMatchObject({
      success: true,
      status: 'connected',
      qrCode: null,
    });
    expect((await app.rest('GET /whatsapp/info', { token })).body).toEqual({
      success: true,
      info: { phoneNumber: ANA, number: ANA, name: 'Panadería de Ana', platform: 'android' },
    });
    expect((await app.rest('GET /whatsapp/info-auth', { token })).body.info.number).toBe(ANA);

    expect((await app.rest('POST /whatsapp/restart', { token })).body).toMatchObject({
      success: true,
      message: expect.any(String),
      status: 'connected',
    });
    const stopped = await app.rest('POST /whatsapp/disconnect', { token });
    expect(stopped).toMatchObject({ status: 200, body: { success: true, status: 'disconnected', hasSession: true } });
    expect((await send(owner, { clientNumber: CARLA, text: 'hola' })).body.code).toBe('WHATSAPP_NOT_CONNECTED');
    expect((await app.rest('POST /whatsapp/restore', { token, body: {} })).body).toMatchObject({
      success: true,
      status: 'connected',
      message: expect.any(String),
      qrCode: null,
    });
    const unlinked = await app.rest('POST /whatsapp/disconnect', { token, body: { unlink: true } });
    expect(unlinked).toMatchObject({ status: 200, body: { success: true, hasSession: false } });
    expect(phone.account.devices.size).toBe(0);
    expect((await app.rest('POST /whatsapp/restore', { token })).status).toBe(404);
  });

  test('by a code: phoneNumber in any spelling, and an empty one is none', async () => {
    const { token } = await app.register('Ana');
    const code = await app.rest('POST /whatsapp/connect', { token, body: { phoneNumber: '11 2345-6781' } });
    expect(code.body).toMatchObject({ success: true, status: 'qr_ready', method: 'code', qrCode: null });
    expect(code.body.pairingCode).toMatch(/^\w{8}$/);
    const other = await app.register('Beto');
    const old = await app.rest('POST /whatsapp/connect-auth', { token: other.token, body: { phoneNumber: '' } });
    expect(old.body).toMatchObject({ status: 'qr_ready', method: 'qr', qrCode: expect.any(String) });
    const wrong = await app.rest('POST /whatsapp/connect', { token: other.token, body: { phoneNumber: 'hola' } });
    expect(wrong).toMatchObject({ status: 400, body: { code: 'INVALID_PHONE', details: [{ field: 'phoneNumber' }] } });
  });

  test('is not ended by a word that only looks like a boolean', async () => {
    const { token } = await app.register('Ana');
    const answer = await app.rest('POST /whatsapp/disconnect', { token, body: { unlink: 'false' } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT', details: [{ field: 'unlink' }] } });
  });

  test('what this server can do is public', async () => {
    const { status, body } = await app.rest('GET /whatsapp/availability');
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      whatsappWeb: { enabled: true, hasRedis: true, reason: 'WhatsApp Web está disponible.' },
      features: { websockets: true, redis: true, whatsappWeb: true },
    });
  });
});

describe('a send', () => {
  test('is 200 once WhatsApp took it, to a number in any spelling, under the old names too', async () => {
    const owner = await linked();
    const carla = app.network.phone(CARLA, 'Carla');
    const answer = await send(owner, { clientNumber: '011 15-3456-7890', text: 'hola Carla' });
    expect(answer).toMatchObject({
      status: 200,
      body: { success: true, messageId: expect.any(String), providerMessageId: expect.any(String), status: 'sent' },
    });
    const again = await send(owner, { to: CARLA, message: 'otra vez' });
    expect(again).toMatchObject({ status: 200, body: { status: 'sent' } });
    await eventually('both at Carla', async () => {
      const said = carla.account.messages.map(({ text }) => text);
      return said.includes('hola Carla') && said.includes('otra vez');
    });
    expect(await app.node.db.chat.count({ where: { ownerId: owner.ownerId } })).toBe(1);
  });

  test('is 202 and leaves all the same when the caller will not wait', async () => {
    const owner = await linked();
    app.network.phone(CARLA, 'Carla');
    let letGo = () => {};
    app.network.onSend(() => new Promise<void>((resolve) => (letGo = resolve)));
    const answer = await send(owner, { clientNumber: CARLA, text: 'sin esperar' }, { prefer: 'respond-async' });
    expect(answer).toMatchObject({ status: 202, body: { success: true, status: 'queued', providerMessageId: null } });
    await eventually('the row', async () =>
      app.node.db.message.findFirst({
        where: { id: answer.body.messageId, status: 'queued', handedOverAt: { not: null } },
      }),
    );
    letGo();
    await eventually('it left', async () =>
      app.node.db.message.findFirst({ where: { id: answer.body.messageId, status: { in: ['sent', 'delivered'] } } }),
    );
  });

  test('waits no longer than it says, whatever else the process does', async () => {
    const owner = await linked();
    app.network.phone(CARLA, 'Carla');
    let letGo = () => {};
    app.network.onSend(() => new Promise<void>((resolve) => (letGo = resolve)));
    const collecting = setInterval(collectGarbage, 20);
    try {
      const wanted = { phone: CARLA, text: 'hola', clientKey: crypto.randomUUID(), waitMs: 300 };
      const { signal } = new AbortController();
      const sent = await sendToNumber(app.node, ownerIdOfRow(owner), { ...wanted, signal });
      expect(sent).toMatchObject({ status: 'queued', providerMessageId: null });
    } finally {
      clearInterval(collecting);
      letGo();
    }
  });

  test('to nobody, without a link, or of nonsense is refused and stores nothing', async () => {
    const owner = await linked();
    const count = () => app.node.db.message.count({ where: { ownerId: owner.ownerId } });
    const before = await count();
    expect(await send(owner, { clientNumber: '+5491100000000', text: 'hola' })).toMatchObject({
      status: 422,
      body: { code: 'NUMBER_NOT_ON_WHATSAPP', details: [{ field: 'clientNumber' }] },
    });
    const bad = [
      {},
      { clientNumber: CARLA },
      { clientNumber: CARLA, text: '' },
      { clientNumber: CARLA, text: '   ' },
      { clientNumber: CARLA, text: 'x'.repeat(4097) },
      { clientNumber: CARLA, text: 7 },
      { clientNumber: 5491134567890, text: 'hola' },
      { clientNumber: 'hola', text: 'hola' },
      [],
      'hola',
      null,
    ];
    for (const body of bad) {
      const answer = await send(owner, body as object);
      expect(answer.status, JSON.stringify(body).slice(0, 60)).toBe(400);
      expect(answer.body.success).toBe(false);
    }
    expect(await count()).toBe(before);
    const nobody = await app.register('Nadie');
    expect(await send(nobody, { clientNumber: CARLA, text: 'hola' })).toMatchObject({
      status: 409,
      body: { code: 'WHATSAPP_NOT_CONNECTED' },
    });
  });
});

describe('the history', () => {
  test('is newest first, counted, filtered, and has the old names beside the new', async () => {
    const owner = await linked();
    const carla = app.network.phone(CARLA, 'Carla');
    await send(owner, { clientNumber: CARLA, text: 'uno' });
    carla.say(owner.phone, 'dos');
    const read = (query = '') => app.rest(`GET /whatsapp/messages${query}`, { token: owner.token });
    const { body } = await eventually('both', async () => {
      const answer = await read();
      return answer.body.total === 2 && answer;
    });
    expect(body).toMatchObject({ success: true, total: 2, limit: 50, offset: 0 });
    const inbound = body.messages.find((found: { direction: string }) => found.direction === 'inbound');
    expect(inbound).toEqual({
      id: expect.any(String),
      userId: owner.ownerId,
      clientId: expect.any(String),
      orderId: null,
      channel: 'whatsapp',
      direction: 'inbound',
      provider: 'whatsapp_web',
      providerMessageId: expect.any(String),
      kind: 'text',
      text: 'dos',
      subject: null,
      templateType: null,
      variables: null,
      status: 'received',
      errorCode: null,
      errorMessage: null,
      createdAt: expect.stringMatching(/Z$/),
      sentAt: expect.any(String),
      deliveredAt: null,
      readAt: null,
      body: 'dos',
      timestamp: inbound.createdAt,
    });
    const texts = async (query: string) => (await read(query)).body.messages.map(({ text }: { text: string }) => text);
    expect(await texts('?direction=incoming')).toEqual(['dos']);
    expect(await texts('?direction=inbound')).toEqual(['dos']);
    expect(await texts('?direction=outgoing&limit=1')).toEqual(['uno']);
    expect(await texts('?direction=&clientId=')).toHaveLength(2);
    expect(await texts(`?clientId=${inbound.clientId}`)).toContain('dos');
    expect((await read('?limit=1&offset=1')).body).toMatchObject({ total: 2, limit: 1, offset: 1 });
    for (const query of ['?limit=0', '?limit=501', '?limit=x', '?limit=1&limit=2', '?offset=-1', '?direction=up']) {
      expect((await read(query)).status, query).toBe(400);
    }
    expect(await read('?clientId=nadie')).toMatchObject({ status: 404, body: { code: 'CLIENT_NOT_FOUND' } });
  });
});
