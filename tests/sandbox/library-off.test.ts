import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Chat, Client, Message } from 'whatsapp-web.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allSwitchesOff, type Sandbox, startSandbox } from '@/tests/support/sandbox';
import { eventually } from './eventually';
import { createClient, next } from './library';

const bakery = '+5491123456789';
const carla = '+5491134567890';
const carlaId = '5491134567890@c.us';

/** The unmodified library, `new Client(...)`, on the page that it was written for. In order: each goes on where the last ended. */
describe('whatsapp-web.js as it is, with all switches off', () => {
  const profile = mkdtempSync(join(tmpdir(), 'omniwp-profile-'));
  let sandbox: Sandbox;
  let version: string;
  let client: Client;
  const create = () => createClient({ sandbox, version, profile });
  const nextMessage = () => next<[Message]>(client, 'message');

  beforeAll(async () => {
    sandbox = await startSandbox({ qrSeconds: 1, qrCount: 4 });
    ({ version } = await sandbox.page(allSwitchesOff));
    client = create();
  });
  afterAll(async () => {
    await client.destroy().catch(() => undefined);
    await sandbox.stop();
    rmSync(profile, { recursive: true, force: true });
  });

  async function chatOf(id: string): Promise<Chat> {
    const chat = (await client.getChats()).find((candidate) => candidate.id._serialized === id);
    if (!chat) throw new Error(`no chat ${id}`);
    return chat;
  }
  const ackOf = async (body: string) =>
    (await sandbox.messagesOf(bakery, carla)).find((message) => message.body === body)?.ack;

  it('shows a QR, and another when that one is over', async () => {
    const first = next<[string]>(client, 'qr');
    const started = client.initialize();
    const [qr] = await first;
    const [second] = await next<[string]>(client, 'qr');
    await started;
    expect(qr.split(',')).toHaveLength(5);
    expect(second).not.toBe(qr);
    await expect(sandbox.scan(bakery, qr)).rejects.toMatchObject({ code: 'QR_EXPIRED' });
  });

  it('goes idle when nobody scans, and can be asked for a fresh code', async () => {
    await eventually(() => client.getState()).toBe('UNPAIRED_IDLE');
    const fresh = next<[string]>(client, 'qr');
    await client.pupPage?.evaluate("window.require('WAWebCmd').Cmd.refreshQR()");
    expect((await fresh)[0]).toMatch(/^2@/);
  });

  it('is ready once the phone has scanned', async () => {
    const qr = next<[string]>(client, 'qr');
    await client.pupPage?.evaluate("window.require('WAWebCmd').Cmd.refreshQR()");
    const ready = next(client, 'ready');
    const progress = next<[number]>(client, 'loading_screen');
    await sandbox.scan(bakery, (await qr)[0]);
    await ready;
    expect((await progress)[0]).toBeGreaterThan(0);
    expect(client.info.wid._serialized).toBe('5491123456789@c.us');
    expect(client.info.pushname).toBe('Panadería La Espiga');
    expect(await client.getState()).toBe('CONNECTED');
  });

  it('sends, and hears of each tick', async () => {
    const acks: number[] = [];
    client.on('message_ack', (message: Message, ack: number) => {
      if (message.body === 'Hola Carla') acks.push(ack);
    });
    const sent = await client.sendMessage(carlaId, 'Hola Carla');
    expect(sent.id._serialized).toMatch(/^true_5491134567890@c\.us_3EB0[0-9A-F]{18}$/);
    await eventually(() => acks).toEqual([1, 2]);
    await sandbox.openChat({ phone: carla, with: bakery });
    await eventually(() => acks).toEqual([1, 2, 3]);
  });

  it('stays at one tick while the other phone is off', async () => {
    await sandbox.setPhoneOnline(carla, false);
    await client.sendMessage(carlaId, '¿Estás?');
    await eventually(() => ackOf('¿Estás?')).toBe(1);
    await sandbox.setPhoneOnline(carla, true);
    await eventually(() => ackOf('¿Estás?')).toBe(2);
  });

  it('receives text, media, and groups and status, each as what it is', async () => {
    const text = nextMessage();
    await sandbox.say({ from: carla, to: bakery, text: 'Mirá https://example.com/a' });
    const [message] = await text;
    expect(message).toMatchObject({ body: 'Mirá https://example.com/a', type: 'chat', from: carlaId, fromMe: false });
    expect(message.links).toHaveLength(1);

    const photo = nextMessage();
    await sandbox.say({ from: carla, to: bakery, text: 'la foto', type: 'image' });
    expect((await photo)[0]).toMatchObject({ type: 'image', hasMedia: true, body: 'la foto' });

    const { id } = await sandbox.createGroup({ subject: 'Prueba', owner: carla, members: [bakery] });
    const inGroup = nextMessage();
    await sandbox.say({ from: carla, to: id, text: 'en el grupo' });
    expect((await inGroup)[0]).toMatchObject({ from: id, author: carlaId });

    await sandbox.saveContact({ owner: bakery, phone: carla, name: 'Carla Benítez' });
    const status = nextMessage();
    await sandbox.say({ from: carla, to: 'status@broadcast', text: 'un estado' });
    expect((await status)[0]).toMatchObject({ isStatus: true, author: carlaId });

    const channel = nextMessage();
    await sandbox.say({ from: carla, to: '120363111111111111@newsletter', text: 'un canal' });
    expect((await channel)[0]?.from).toBe('120363111111111111@newsletter');
  });

  it('answers somebody whose number is hidden', async () => {
    const hidden = (await sandbox.accounts()).find((account) => account.hidden);
    const message = nextMessage();
    await sandbox.say({ from: hidden?.phone ?? '', to: bakery, text: '¿Quién soy?' });
    const [{ from }] = await message;
    expect(from).toBe(`${hidden?.lid}@lid`);
    await client.sendMessage(from, 'No sé, pero hola');
    const last = async () => (await sandbox.messagesOf(hidden?.phone ?? '', bakery)).at(-1)?.body;
    await eventually(last).toBe('No sé, pero hola');
  });

  it('says what the owner writes on the phone itself', async () => {
    const created = next<[Message]>(client, 'message_create');
    await sandbox.say({ from: bakery, to: carla, text: 'desde el teléfono' });
    expect((await created)[0]).toMatchObject({ fromMe: true, body: 'desde el teléfono', to: carlaId });
  });

  it('lists chats with names and unread, and the history of one', async () => {
    const chats = await client.getChats();
    expect(chats.find((chat) => chat.id._serialized === '5492214445566@c.us')).toMatchObject({
      name: 'Sofía Peña & D’Angelo',
      unreadCount: 1,
    });
    const carlas = await chatOf(carlaId);
    const all = await carlas.fetchMessages({ limit: 100 });
    expect(all[0]?.body).toBe('Hola! Hacen tortas para cumpleaños?');
    expect(all.length).toBe((await sandbox.messagesOf(bakery, carla)).length);
    expect(await client.getMessageById(all[1]?.id._serialized ?? '')).toMatchObject({ body: all[1]?.body });
  });

  it('clears unread and gives the blue ticks when it marks a chat as seen', async () => {
    await sandbox.say({ from: carla, to: bakery, text: 'leeme' });
    await eventually(async () => (await chatOf(carlaId)).unreadCount).toBeGreaterThan(0);
    await eventually(() => ackOf('leeme')).toBe(2);
    await client.sendSeen(carlaId);
    expect(await ackOf('leeme')).toBe(3);
    expect((await chatOf(carlaId)).unreadCount).toBe(0);
    expect((await sandbox.chatsOf(bakery)).find(({ chat }) => chat === carla)?.unread).toBe(0);
  });

  it('knows which numbers are on WhatsApp, in the spelling that WhatsApp gives them', async () => {
    expect(await client.getNumberId('5491134567890')).toMatchObject({ _serialized: carlaId });
    expect(await client.getNumberId('541134567890')).toMatchObject({ _serialized: carlaId });
    expect(await client.getNumberId('541143211234')).toMatchObject({ _serialized: '541143211234@c.us' });
    expect(await client.getNumberId('5491100000000')).toBeNull();
    await expect(client.sendMessage('5491100000000@c.us', 'x')).rejects.toThrow('No LID for user');
  });

  it('finds its link again after a restart, and what was written meanwhile', async () => {
    await client.destroy();
    await sandbox.say({ from: carla, to: bakery, text: 'mientras no estabas' });
    client = create();
    let asked = false;
    client.on('qr', () => {
      asked = true;
    });
    const [message] = await Promise.all([nextMessage(), next(client, 'ready'), client.initialize()]);
    expect(message[0].body).toBe('mientras no estabas');
    expect(asked).toBe(false);
  });

  it('comes back by itself when the network was gone, and sends what it could not', async () => {
    await sandbox.kill();
    await eventually(() => client.getState()).toMatch(/TIMEOUT|OPENING/);
    const created = client.pupPage?.evaluate(
      `(async () => {
        const chat = await window.WWebJS.getChat('${carlaId}', { getAsModel: false });
        await window.WWebJS.sendMessage(chat, 'sin red', {});
      })()`,
    );
    await created;
    const message = nextMessage();
    await sandbox.restart();
    await eventually(() => client.getState()).toBe('CONNECTED');
    await eventually(() => ackOf('sin red')).toBe(2);
    await sandbox.say({ from: carla, to: bakery, text: 'de vuelta' });
    expect((await message)[0].body).toBe('de vuelta');
  });

  it('keeps its link when the browser is killed the moment it was linked', async () => {
    await sandbox.unlink(bakery);
    await next<[string]>(client, 'qr');
    await new Promise((done) => setTimeout(done, 500));
    await client.destroy();
    client = create();
    const qr = next<[string]>(client, 'qr');
    await client.initialize();
    const ready = next(client, 'ready');
    await sandbox.scan(bakery, (await qr)[0]);
    await ready;
    const browser = client.pupBrowser?.process();
    const ended = new Promise((done) => browser?.once('exit', done));
    browser?.kill('SIGKILL');
    await ended;
    client = create();
    await Promise.all([next(client, 'ready'), client.initialize()]);
    expect((await sandbox.accounts()).find(({ phone }) => phone === bakery)?.devices).toHaveLength(1);
  });

  it('emits `disconnected: LOGOUT` and a new QR when the phone ends the link', async () => {
    const gone = next<[string]>(client, 'disconnected');
    const qr = next<[string]>(client, 'qr');
    await sandbox.unlink(bakery);
    expect((await gone)[0]).toBe('LOGOUT');
    expect((await qr)[0]).toMatch(/^2@/);
    await new Promise((done) => setTimeout(done, 500));
    await client.destroy();
  });

  it('links by a pairing code, and logs out', async () => {
    client = create();
    const qr = next(client, 'qr');
    await client.initialize();
    await qr;
    await expect(client.requestPairingCode('5491100000000')).rejects.toThrow('no WhatsApp account');
    const code = await client.requestPairingCode('5491123456789');
    expect(code).toMatch(/^[1-9A-Z]{8}$/);
    const ready = next(client, 'ready');
    await sandbox.linkByCode(bakery, code);
    await ready;
    await client.logout();
    expect((await sandbox.accounts()).find(({ phone }) => phone === bakery)?.devices).toEqual([]);
  });
});
