import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import whatsapp, { type Client, type Message } from 'whatsapp-web.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { allSwitchesOff, type PageSwitches, type Sandbox, startSandbox } from '@/tests/support/sandbox';
import { eventually } from './eventually';
import { clientOptions, createClient, createRepairedClient, next } from './library';

const carla = '+5491134567890';
const carlaId = '5491134567890@c.us';

/** The page of today: what each change does to the unmodified library, and that the repairs are enough. */
describe('the page of today', () => {
  const root = mkdtempSync(join(tmpdir(), 'omniwp-profiles-'));
  const running: Client[] = [];
  let sandbox: Sandbox;
  let profiles = 0;

  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterEach(async () => {
    for (const client of running.splice(0)) await client.destroy().catch(() => undefined);
    for (const { phone, demo } of await sandbox.accounts()) if (demo) await sandbox.unlink(phone);
  });
  afterAll(async () => {
    await sandbox.stop();
    rmSync(root, { recursive: true, force: true });
  });

  const newProfile = () => join(root, String(++profiles));
  const only = async (switches: PageSwitches) => (await sandbox.page({ ...allSwitchesOff, ...switches })).version;
  function run(client: Client): Client {
    running.push(client);
    return client;
  }
  /** A client that is linked to the bakery and ready. */
  async function linked(client: Client, phone = '+5491123456789'): Promise<Client> {
    run(client);
    const [qr] = await Promise.all([next<[string]>(client, 'qr'), client.initialize()]);
    const ready = next(client, 'ready');
    await sandbox.scan(phone, qr[0]);
    await ready;
    return client;
  }
  const evaluate = <T>(client: Client, script: string) => client.pupPage?.evaluate(script) as Promise<T>;
  const isReady = (client: Client, ms: number) =>
    Promise.race([next(client, 'ready').then(() => true), new Promise<boolean>((no) => setTimeout(no, ms, false))]);

  const lastOf = async (phone: string) => (await sandbox.messagesOf(phone, '+5491123456789')).at(-1)?.body;

  it('has no Debug: the unmodified library gives up', async () => {
    const options = clientOptions({ sandbox, version: sandbox.pageVersion, profile: newProfile() });
    const client = run(new whatsapp.Client({ ...options, authTimeoutMs: 1000 }));
    await expect(client.initialize()).rejects.toBe('auth timeout');
    expect(await evaluate(client, "window.require('WAWebUpdaterVersion').SANITIZED_VERSION_STR")).toBe(
      sandbox.pageVersion,
    );
  });

  it('keeps a key’s text under another name: what was sent is answered with nothing, what came has no id', async () => {
    const version = await only({ renamedIds: true });
    const client = await linked(createClient({ sandbox, version, profile: newProfile() }));
    expect(await client.sendMessage(carlaId, 'sin respuesta')).toBeUndefined();
    await eventually(() => lastOf(carla)).toBe('sin respuesta');
    const message = next<[Message]>(client, 'message');
    await sandbox.say({ from: carla, to: '+5491123456789', text: 'hola' });
    const [{ id }] = await message;
    expect(id._serialized).toBeUndefined();
    expect(id).toHaveProperty('$1', expect.stringMatching(/^false_5491134567890@c\.us_AC/));
  });

  it('refuses a browser that says Headless', async () => {
    const options = clientOptions({ sandbox, version: sandbox.pageVersion, profile: newProfile() });
    const client = run(new whatsapp.Client({ ...options, userAgent: false as never, authTimeoutMs: 500 }));
    await expect(client.initialize()).rejects.toBe('auth timeout');
    expect(await evaluate(client, 'document.body.innerText')).toContain('works with Google Chrome 100+');
    expect(await evaluate(client, 'typeof window.require')).toBe('undefined');
  });

  it('registers modules in batches, some after login and some on demand', async () => {
    const client = await linked(createRepairedClient({ sandbox, version: sandbox.pageVersion, profile: newProfile() }));
    const load = `new Promise((done) =>
      window.require('Bootloader').loadModules(['WAWebMediaForwardMediaMsg'], done, 'test'))`;
    const has = "Object.keys(window.require('__debug').modulesMap).includes('WAWebChatForwardMessage')";
    await expect(evaluate(client, "window.require('WAWebChatForwardMessage')")).rejects.toThrow('unknown module');
    expect(await evaluate(client, has)).toBe(false);
    await evaluate(client, load);
    expect(await evaluate(client, has)).toBe(true);
    await expect(evaluate(client, "window.require('Bootloader').loadModules(['Nope'])")).rejects.toThrow('Nope');
  });

  it('is synced before anybody listens when it finds its link again: never ready', async () => {
    const version = await only({ alreadySynced: true });
    const profile = newProfile();
    await (await linked(createClient({ sandbox, version, profile }))).destroy();
    const client = run(createClient({ sandbox, version, profile }));
    const [ready] = await Promise.all([isReady(client, 2500), client.initialize()]);
    expect(ready).toBe(false);
    expect(await evaluate(client, "window.require('WAWebSocketModel').Socket.hasSynced")).toBe(true);
    expect(await evaluate(client, "window.require('WAWebStreamModel').Stream.mode")).toBe('MAIN');
  });

  it('works with the repairs: QR, ready, text both ways, ticks, and again after a restart', async () => {
    const profile = newProfile();
    const options = { sandbox, version: sandbox.pageVersion, profile };
    const client = await linked(createRepairedClient(options));
    const acks: number[] = [];
    client.on('message_ack', (_message: Message, ack: number) => acks.push(ack));
    const sent = await client.sendMessage(carlaId, 'con arreglos');
    expect(sent.id._serialized).toMatch(/^true_5491134567890@c\.us_3EB0/);
    await sandbox.openChat({ phone: carla, with: '+5491123456789' });
    await eventually(() => acks).toEqual([1, 2, 3]);
    await client.destroy();

    await sandbox.say({ from: carla, to: '+5491123456789', text: 'te escribí' });
    const again = run(createRepairedClient(options));
    const [message] = await Promise.all([next<[Message]>(again, 'message'), again.initialize()]);
    expect(message[0].body).toBe('te escribí');
    expect(message[0].id._serialized).toMatch(/^false_5491134567890@c\.us_AC/);
    expect((await again.getChats())[0]?.lastMessage?.id._serialized).toBe(message[0].id._serialized);
  });

  it('lets two users of one sandbox write to each other', async () => {
    const options = () => ({ sandbox, version: sandbox.pageVersion, profile: newProfile() });
    const bakery = await linked(createRepairedClient(options()));
    const flowers = await linked(createRepairedClient(options()), '+5215512345678');
    const got = next<[Message]>(flowers, 'message');
    await bakery.sendMessage('5215512345678@c.us', '¿Tenés girasoles?');
    expect((await got)[0]).toMatchObject({ body: '¿Tenés girasoles?', from: '5491123456789@c.us' });
    const reply = next<[Message]>(bakery, 'message');
    await flowers.sendMessage('5491123456789@c.us', 'Sí, dos docenas');
    expect((await reply)[0].body).toBe('Sí, dos docenas');
  });

  describe('faults', () => {
    const withFault = async (switches: PageSwitches) => ({
      sandbox,
      version: await only(switches),
      profile: newProfile(),
    });

    it('never syncs', async () => {
      const client = run(createClient(await withFault({ neverSynced: true })));
      const [qr] = await Promise.all([next<[string]>(client, 'qr'), client.initialize()]);
      await sandbox.scan('+5491123456789', qr[0]);
      expect(await isReady(client, 1000)).toBe(false);
      expect(await client.getState()).toBe('CONNECTED');
    });

    it('syncs slowly, and says how far it is', async () => {
      const client = createClient(await withFault({ slowReadyMs: 800 }));
      const seen: number[] = [];
      client.on('loading_screen', (percent: number) => seen.push(percent));
      const started = Date.now();
      await linked(client);
      expect(Date.now() - started).toBeGreaterThan(800);
      expect(seen).toEqual([20, 40, 60, 80, 100]);
    });

    it('has modules missing and members renamed', async () => {
      const options = await withFault({
        missingModules: ['WAWebQueryExistsJob'],
        renamedMembers: { 'WAWebSendMsgChatAction.addAndSendMsgToChat': 'addAndSend' },
      });
      const client = await linked(createClient(options));
      await expect(client.getNumberId('5491134567890')).rejects.toThrow('unknown module "WAWebQueryExistsJob"');
      await expect(client.sendMessage(carlaId, 'x')).rejects.toThrow('addAndSendMsgToChat is not a function');
    });

    it('loses the events of what came before anybody listened, but not the messages', async () => {
      const options = await withFault({ loseEarlyMessages: true, slowReadyMs: 200 });
      await (await linked(createClient(options))).destroy();
      await sandbox.say({ from: carla, to: '+5491123456789', text: 'temprano' });
      const client = run(createClient(options));
      const heard: string[] = [];
      client.on('message', (message: Message) => heard.push(message.body));
      await Promise.all([next(client, 'ready'), client.initialize()]);
      const chat = await client.getChatById(carlaId);
      expect((await chat.fetchMessages({ limit: 3 })).at(-1)?.body).toBe('temprano');
      expect(heard).toEqual([]);
    });

    it('says ready again when it syncs again after a reconnection', async () => {
      const client = await linked(createClient(await withFault({ resyncOnReconnect: true })));
      const again = next(client, 'ready');
      await sandbox.dropConnections('+5491123456789');
      await again;
    });

    it('is unlinked when its news dialog is left open, and not when it is confirmed', async () => {
      const options = await withFault({ whatsNewMs: 400 });
      const ignoring = await linked(createClient(options));
      expect((await next<[string]>(ignoring, 'disconnected'))[0]).toBe('LOGOUT');
      const confirming = await linked(createClient({ ...options, profile: newProfile() }));
      await evaluate(confirming, "document.querySelector('[role=dialog] button').click()");
      await new Promise((done) => setTimeout(done, 700));
      expect(await confirming.getState()).toBe('CONNECTED');
    });
  });
});
