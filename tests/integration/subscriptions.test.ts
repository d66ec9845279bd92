import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OwnerEvent } from '@/server/events/schema';
import type { WhatsappStatus } from '@/server/whatsapp/schema';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { eventually } from '@/tests/support/node';
import { setStores } from '@/tests/support/stores';
import type { Followed } from '@/tests/support/wire';

const ANA = '+5491123456781';
const BETO = '+5491123456782';
const CARLA = '+5491134567890';

const stores = setStores();
let app: TestApp;
let ana: Owner;
let beto: Owner;

beforeEach(async () => {
  app = await createTestApp(stores);
  ana = await app.register('Ana');
  beto = await app.register('Beto');
});
afterEach(() => app.close());

async function listen(owner: Owner, lastEventId?: string) {
  const wire = await app.wire({ token: owner.token });
  const status = wire.follow('whatsapp.onStatus');
  const events = wire.follow('events.follow', lastEventId === undefined ? undefined : { lastEventId });
  await eventually('both subscriptions', async () => events.started && status.events.length > 0);
  return { wire, status, events };
}

/** What `tracked()` carried, in the order in which it came. */
const logOf = (followed: Followed) => followed.events.map((event) => (event as { data: OwnerEvent }).data);
const typesOf = (followed: Followed) => logOf(followed).map(({ body }) => body.type);
const wordsOf = (followed: Followed) => followed.events.map((status) => (status as WhatsappStatus).status);

const chatWith = (owner: Owner, phone: string) =>
  eventually(`a chat with ${phone}`, async () =>
    (await owner.client.chats.list.query({})).items.find((chat) => chat.phone === phone),
  );

describe('one owner never hears of another', () => {
  test('while she links, is written to, answers, is read, and unlinks', async () => {
    const hers = await listen(ana);
    const his = await listen(beto, '0');
    const device = await app.link(ana, ANA, 'Panadería de Ana');
    const carla = app.network.phone(CARLA, 'Carla');
    carla.say(ANA, 'secreto uno');
    const chat = await chatWith(ana, CARLA);
    await ana.client.chats.send.mutate({ chatId: chat.id, text: 'secreto dos', clientKey: randomUUID() });
    await eventually('the answer on her phone', async () => device.account.messages.length === 2);
    carla.read(ANA);
    device.say(CARLA, 'secreto tres');
    await eventually('blue ticks', async () =>
      logOf(hers.events).some(({ body }) => body.type === 'message.updated' && body.message.status === 'read'),
    );
    device.logoutFromPhone();
    await eventually('the unlink', async () => wordsOf(hers.status).includes('logged_out'));

    expect(typesOf(hers.events)).toEqual(expect.arrayContaining(['session.changed', 'message.received']));
    expect(wordsOf(hers.status)).toEqual(expect.arrayContaining(['not_connected', 'qr_ready', 'connected']));
    // only his present state, and nothing else ever
    expect(his.events.events).toEqual([]);
    expect(wordsOf(his.status)).toEqual(['not_connected']);
    expect(await beto.client.events.head.query()).toEqual({ seq: 0 });
    for (const secret of ['secreto', ANA, CARLA, ana.ownerId, chat.id]) expect(his.wire.frames()).not.toContain(secret);
  });

  test('and a code on her screen is on nobody else’s', async () => {
    const his = await listen(beto);
    const { qrCode } = await ana.client.whatsapp.connect.mutate();
    app.network.rotateQr();
    const { pairingCode } = await ana.client.whatsapp.connect.mutate({ phoneNumber: ANA });
    expect(qrCode).toBeTruthy();
    expect(pairingCode).toBeTruthy();
    expect(await beto.client.whatsapp.status.query()).toMatchObject({
      status: 'not_connected',
      qrCode: null,
      pairingCode: null,
    });
    expect(his.wire.frames()).not.toContain(qrCode);
    expect(his.wire.frames()).not.toContain(pairingCode);
    expect(wordsOf(his.status)).toEqual(['not_connected']);
  });

  test('two owners who write to each other see their own side each', async () => {
    await app.link(ana, ANA, 'Panadería de Ana');
    await app.link(beto, BETO, 'Taller de Beto');
    const hers = await listen(ana);
    const his = await listen(beto);
    const chat = await ana.client.chats.start.mutate({ phone: BETO });
    const sent = await ana.client.chats.send.mutate({ chatId: chat.id, text: 'hola Beto', clientKey: randomUUID() });
    const back = await chatWith(beto, ANA);
    await beto.client.chats.send.mutate({ chatId: back.id, text: 'hola Ana', clientKey: randomUUID() });
    await eventually('the answer', async () => (await chatWith(ana, BETO)).lastMessage?.text === 'hola Ana');

    const [hersRead, hisRead] = await Promise.all([
      ana.client.chats.messages.query({ chatId: chat.id }),
      beto.client.chats.messages.query({ chatId: back.id }),
    ]);
    const told = ({ items }: typeof hersRead) => items.map(({ direction, text }) => `${direction}: ${text}`);
    expect(told(hersRead)).toEqual(['outbound: hola Beto', 'inbound: hola Ana']);
    expect(told(hisRead)).toEqual(['inbound: hola Beto', 'outbound: hola Ana']);
    expect(back.id).not.toBe(chat.id);
    for (const id of [chat.id, sent.id, ana.ownerId]) expect(his.wire.frames()).not.toContain(id);
    for (const id of [back.id, beto.ownerId]) expect(hers.wire.frames()).not.toContain(id);
    expect(new Set(logOf(hers.events).flatMap(({ body }) => ('chat' in body ? [body.chat?.phone] : [])))).toEqual(
      new Set([BETO]),
    );
  });
});

describe('a log is followed', () => {
  test('without an id from now on, with one from there, each event once and in order', async () => {
    await app.link(ana, ANA, 'Panadería de Ana');
    const carla = app.network.phone(CARLA, 'Carla');
    carla.say(ANA, 'la que hace de Carla una clienta');
    await eventually('a client', async () => (await ana.client.clients.list.query({})).total === 1);
    const live = await listen(ana);
    const { seq } = await ana.client.events.head.query();
    for (const text of ['uno', 'dos', 'tres']) carla.say(ANA, text);
    await eventually('three', async () => live.events.events.length >= 3);
    live.wire.close();
    carla.say(ANA, 'cuatro');
    const again = await listen(ana, String(seq + 1));
    await eventually('the rest', async () => again.events.events.length >= 3);
    const texts = logOf(again.events).map(({ body }) => ('message' in body ? body.message.text : body.type));
    expect(texts).toEqual(['dos', 'tres', 'cuatro']);
    const seqs = logOf(again.events).map((event) => event.seq);
    expect(seqs).toEqual([seq + 2, seq + 3, seq + 4]);
  });

  test('an id beyond the head is of another log: what happens from now on comes all the same', async () => {
    await app.link(ana, ANA, 'Panadería de Ana');
    const followed = await listen(ana, '999999999999999');
    app.network.phone(CARLA, 'Carla').say(ANA, 'hola');
    await eventually('the message', async () => typesOf(followed.events).includes('message.received'));
  });

  test('over HTTP a subscription is refused in our own words', async () => {
    const response = await fetch(`${app.url}/api/trpc/events.follow`, {
      headers: { authorization: `Bearer ${ana.token}` },
    });
    const text = await response.text();
    expect(response.status).toBe(400);
    expect(text).toContain('INVALID_INPUT');
  });

  test('what was asked for twice on one socket comes twice, and a stopped one stops', async () => {
    await app.link(ana, ANA, 'Panadería de Ana');
    const { wire, events } = await listen(ana);
    const second = wire.follow('events.follow');
    await eventually('the second', async () => second.started);
    app.network.phone(CARLA, 'Carla').say(ANA, 'hola');
    await eventually('both', async () => events.events.length > 0 && second.events.length > 0);
    wire.socket.send(JSON.stringify({ id: 3, method: 'subscription.stop' }));
    await eventually('the stop', async () => second.stopped);
    const before = second.events.length;
    app.network.phone(CARLA).say(ANA, 'otra');
    await eventually('the first goes on', async () => events.events.length > before);
    expect(second.events.length).toBe(before);
  });
});
