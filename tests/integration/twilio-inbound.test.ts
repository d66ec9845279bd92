import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Owner, TestApp } from '@/tests/support/app';
import { createSender, type Sender } from '@/tests/support/senders';
import { setStores } from '@/tests/support/stores';
import { createTwilioApp } from '@/tests/support/twilio-app';
import { postForm, TWILIO_NUMBER, TWILIO_SID, type TwilioPeer } from '@/tests/support/twilio-peer';

/** Messages that come in over Twilio: whose they are, once, whatever they carry. */

const stores = setStores();
let twilio: TwilioPeer;
let app: TestApp;
let webhook: string;
let admin: Owner;
let owner: Owner;
let ana: Sender;
let phone: string;
let clientId: string;

beforeAll(async () => {
  ({ twilio, app, webhook } = await createTwilioApp(stores));
  admin = await app.register('Jefa');
});
afterAll(async () => {
  await app?.close();
  await twilio?.close();
});

let count = 0;
beforeEach(async () => {
  owner = await app.register('Ana');
  count += 1;
  phone = `+54911${String(40_000_000 + count)}`;
  clientId = (await owner.client.clients.create.mutate({ name: 'Carla', phone })).id;
  ana = createSender(app, owner, clientId);
});

/** Sends a message; its id. */
async function sent(text: string): Promise<string> {
  return (await ana.until(await ana.sent({ text }), { status: 'sent' })).id;
}

describe('a message that comes in', () => {
  let next = 0;
  const comesIn = (from: string, more: Record<string, string> = {}) => {
    next += 1;
    return postForm(webhook, {
      MessageSid: `SMin${next}`,
      SmsStatus: 'received',
      AccountSid: TWILIO_SID,
      From: `whatsapp:${from}`,
      To: `whatsapp:${TWILIO_NUMBER}`,
      Body: 'gracias',
      ProfileName: 'Carla',
      NumMedia: '0',
      ...more,
    });
  };
  const inbound = async () =>
    (await app.rest('GET /messages?direction=inbound', { token: owner.token })).body.messages as {
      text: string;
      clientId: string;
    }[];

  test('belongs to whoever wrote to that number last, once however often it is told', async () => {
    await sent('hola');
    const beto = await app.register('Beto');
    const his = await beto.client.clients.create.mutate({ name: 'Carla de Beto', phone });
    const sender = createSender(app, beto, his.id);
    await sender.until(await sender.sent({ text: 'soy Beto' }), { status: 'sent' });
    await comesIn(phone, { MessageSid: 'SMdos', Body: 'para Beto' });
    await comesIn(phone, { MessageSid: 'SMdos', Body: 'para Beto' });
    expect(await inbound()).toEqual([]);
    const got = (await app.rest('GET /messages?direction=inbound', { token: beto.token })).body;
    expect(got).toMatchObject({
      total: 1,
      messages: [
        {
          text: 'para Beto',
          clientId: his.id,
          provider: 'twilio',
          status: 'received',
          client: { name: 'Carla de Beto' },
        },
      ],
    });
    // and then to the one who writes next
    await sent('otra vez');
    await comesIn(phone, { Body: 'para Ana' });
    expect(await inbound()).toMatchObject([{ text: 'para Ana', clientId }]);
  });

  test('told again after somebody else wrote to that number stays where it is', async () => {
    await sent('hola');
    await comesIn(phone, { MessageSid: 'SMrepetido', Body: 'para Ana, una vez' });
    await comesIn('+5491177777777', { MessageSid: 'SMajeno', Body: 'de nadie, una vez' });
    const beto = await app.register('Beto');
    for (const to of [phone, '+5491177777777']) {
      const his = await beto.client.clients.create.mutate({ name: 'De Beto', phone: to });
      const sender = createSender(app, beto, his.id);
      await sender.until(await sender.sent({ text: 'soy Beto' }), { status: 'sent' });
    }
    await comesIn(phone, { MessageSid: 'SMrepetido', Body: 'para Ana, una vez' });
    await comesIn('+5491177777777', { MessageSid: 'SMajeno', Body: 'de nadie, una vez' });
    expect((await app.rest('GET /messages?direction=inbound', { token: beto.token })).body.total).toBe(0);
    expect(await inbound()).toMatchObject([{ text: 'para Ana, una vez' }]);
  });

  test('told twice at once is there once', async () => {
    await sent('hola');
    await Promise.all(Array.from({ length: 10 }, () => comesIn(phone, { MessageSid: 'SMalavez', Body: 'a la vez' })));
    expect(await inbound()).toHaveLength(1);
  });

  test('with a name that is too long is stored, and the name cut', async () => {
    await comesIn('+5491188888888', { Body: 'nombre largo', ProfileName: `${'a'.repeat(119)}🎂${'b'.repeat(200)}` });
    const { items } = await admin.client.messages.unclaimed.query({});
    expect(items.find(({ text }) => text === 'nombre largo')?.name).toBe('a'.repeat(119));
  });

  test('is told of in the log', async () => {
    await sent('hola');
    await comesIn(phone);
    const event = await app.node.db.event.findFirst({ where: { ownerId: owner.ownerId, type: 'message.received' } });
    expect(event?.payload).toMatchObject({ chat: null, message: { text: 'gracias', provider: 'twilio' } });
  });

  test('of a kind of its own is that kind', async () => {
    await sent('hola');
    await comesIn(phone, { Body: '', NumMedia: '1', MediaContentType0: 'image/jpeg', MediaUrl0: 'https://x' });
    await comesIn(phone, { Body: '', Latitude: '-34.6', Longitude: '-58.4' });
    const rows = await app.node.db.message.findMany({
      where: { ownerId: owner.ownerId, direction: 'inbound' },
      orderBy: { position: 'asc' },
    });
    expect(rows.map(({ kind }) => kind)).toEqual(['image', 'location']);
  });

  test('from somebody to whom nobody wrote is nobody’s: kept, and shown to the admin', async () => {
    await comesIn('+5491199999999', { MessageSid: 'SMnadie', Body: '¿quién es?' });
    await comesIn('+5491199999999', { MessageSid: 'SMnadie', Body: '¿quién es?' });
    const { items } = await admin.client.messages.unclaimed.query({});
    expect(items.filter(({ text }) => text === '¿quién es?')).toMatchObject([
      { fromPhone: '+5491199999999', toPhone: TWILIO_NUMBER, name: 'Carla', kind: 'text' },
    ]);
  });

  test('after 30 days is nobody’s', async () => {
    const id = await sent('hola');
    const past = new Date(Date.now() - 31 * 86_400_000);
    await app.node.db.messageAttempt.updateMany({ where: { messageId: id }, data: { at: past } });
    await comesIn(phone, { Body: 'un mes después' });
    expect(await inbound()).toEqual([]);
    const { items } = await admin.client.messages.unclaimed.query({});
    expect(items.some(({ text }) => text === 'un mes después')).toBe(true);
  });

  test('what was refused wrote to nobody', async () => {
    twilio.next({ kind: 'refuse', status: 400, code: 63016 });
    await ana.until(await ana.sent({ text: 'no salió' }), { status: 'failed' });
    await comesIn(phone, { Body: 'casualidad' });
    expect(await inbound()).toEqual([]);
  });

  test('with a text that cannot be stored is stored all the same', async () => {
    await sent('hola');
    expect((await comesIn(phone, { Body: 'ho\u0000la' })).status).toBe(200);
    expect(await inbound()).toMatchObject([{ text: 'ho\u{FFFD}la' }]);
  });
});
