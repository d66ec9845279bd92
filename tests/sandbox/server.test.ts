import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import WebSocket from 'ws';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '@/tests/support/sandbox';
import { eventually } from './eventually';
import { createLinkedPage, createPageClient } from './page-client';

const bakery = '+5491123456789';
const carla = '+5491134567890';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
beforeEach(async () => {
  await sandbox.unlink(bakery);
  await sandbox.setPhoneOnline(bakery, true);
});
afterAll(() => sandbox.stop());

/** fetch() sets Host and Origin itself; this does not. */
function raw(path: string, headers: Record<string, string>, body?: string): Promise<number> {
  return new Promise((done, fail) => {
    const options = { port: sandbox.port, host: '127.0.0.1', path, headers, method: body ? 'POST' : 'GET' };
    request(options, (response) => {
      response.resume();
      done(response.statusCode ?? 0);
    })
      .on('error', fail)
      .end(body);
  });
}

describe('the door', () => {
  it('says that it is well, and serves the phone', async () => {
    expect(await (await fetch(`${sandbox.url}/healthz`)).json()).toEqual({ ok: true });
    expect(await (await fetch(sandbox.url)).text()).toContain('/phone.js');
  });

  it('answers to loopback names only, so that no website can point its name here', async () => {
    expect(await raw('/control/accounts', { host: `localhost:${sandbox.port}` })).toBe(200);
    expect(await raw('/control/accounts', { host: 'evil.example' })).toBe(403);
    expect(await raw('/', { host: 'evil.example' })).toBe(403);
  });

  it('refuses what another website’s page sends', async () => {
    const json = { 'content-type': 'application/json' };
    const body = JSON.stringify({ phone: bakery, online: true });
    const host = `127.0.0.1:${sandbox.port}`;
    expect(await raw('/control/online', { ...json, host, origin: `http://${host}` }, body)).toBe(200);
    expect(await raw('/control/online', { ...json, host, origin: 'https://evil.example' }, body)).toBe(403);
    expect(await raw('/control/accounts', { host, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await raw('/control/online', { host, 'content-type': 'text/plain' }, body)).toBe(400);
  });

  it('opens its socket to WhatsApp’s own origin only', async () => {
    const socket = new WebSocket(`${sandbox.url.replace('http', 'ws')}/page`, { origin: 'https://evil.example' });
    const status = await new Promise((done) => {
      socket.on('unexpected-response', (_request, response) => done(response.statusCode));
      socket.on('open', () => done('open'));
      socket.on('error', () => undefined);
    });
    expect(status).toBe(403);
    socket.terminate();
  });

  it('names the field that is wrong', async () => {
    await expect(sandbox.openChat({ phone: '123', with: carla })).rejects.toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
      message: expect.stringContaining('phone: expected a phone in E.164'),
    });
    await expect(sandbox.messagesOf('+5491100000000', carla)).rejects.toMatchObject({ code: 'NO_SUCH_ACCOUNT' });
    await expect(sandbox.say({ from: bakery, to: '+5491100000000', text: 'x' })).rejects.toMatchObject({
      code: 'NOT_ON_WHATSAPP',
    });
    await expect(sandbox.page({ missingModules: ['A'], typo: true } as object)).rejects.toMatchObject({ status: 400 });
    expect(await raw('/control/constructor', { host: 'localhost' })).toBe(404);
  });
});

describe('pages', () => {
  it('gives each set of switches a version and a file of its own, with the socket’s address in it', async () => {
    const { version } = await sandbox.page({ slowReadyMs: 7 });
    expect(version).not.toBe(sandbox.pageVersion);
    expect((await sandbox.page({ slowReadyMs: 7 })).version).toBe(version);
    for (const name of [version, sandbox.pageVersion]) {
      expect(readFileSync(join(sandbox.pageDir, `${name}.html`), 'utf8')).toContain(`127.0.0.1:${sandbox.port}/page`);
    }
    expect(sandbox.env.WHATSAPP_WEB_VERSION).toBe(sandbox.pageVersion);
  });

  it('takes no frame that it does not know', async () => {
    const page = await createPageClient(sandbox);
    page.send({ type: 'received', seq: 'x' } as never);
    await page.closed();
  });
});

describe('a linked device', () => {
  it('gets its chats, then what is new, and says what it took', async () => {
    const { page } = await createLinkedPage(sandbox, bakery);
    const { chats, me, waiting } = await page.take('bootstrap');
    expect(me.phoneJid).toBe('5491123456789@c.us');
    expect(waiting).toBe(0);
    expect(chats.find(({ jid }) => jid === '5491134567890@c.us')).toMatchObject({ unread: 2 });
    await sandbox.setPhoneOnline(bakery, false);
    await sandbox.say({ from: carla, to: bakery, text: '¿Hay medialunas?' });
    const { message } = await page.take('message');
    expect(message).toMatchObject({ body: '¿Hay medialunas?', fromMe: false, pushName: 'Carla', ack: 1 });
    expect((await sandbox.messagesOf(carla, bakery)).at(-1)?.ack).toBe(1);
    page.received(message.seq);
    await eventually(async () => (await sandbox.messagesOf(carla, bakery)).at(-1)?.ack).toBe(2);
    page.close();
  });

  it('gets what came while it was away once, in order, with the unread of that moment', async () => {
    const { page, credentials } = await createLinkedPage(sandbox, '+5493516677889');
    await page.take('bootstrap');
    page.close();
    for (const text of ['1', '2', '3']) await sandbox.say({ from: carla, to: '+5493516677889', text });
    const again = await createPageClient(sandbox, credentials);
    expect(await again.take('bootstrap')).toMatchObject({ waiting: 3, chats: [] });
    const got = [await again.take('message'), await again.take('message'), await again.take('message')];
    expect(got.map(({ message, chat }) => [message.body, chat.unread])).toEqual([
      ['1', 1],
      ['2', 2],
      ['3', 3],
    ]);
    again.received(got[1]?.message.seq ?? 0);
    again.close();
    const third = await createPageClient(sandbox, credentials);
    expect(await third.take('bootstrap')).toMatchObject({ waiting: 1 });
    third.close();
  });

  it('sends one message for one id, however often it asks', async () => {
    const { page } = await createLinkedPage(sandbox, bakery);
    const id = '3EB0123456789ABCDEF012';
    expect(await page.sendText('5491134567890@c.us', id, 'una vez')).toMatchObject({ ok: true });
    expect(await page.sendText('5491134567890@c.us', id, 'una vez')).toMatchObject({ ok: true });
    const sent = (await sandbox.messagesOf(carla, bakery)).filter(({ body }) => body === 'una vez');
    expect(sent).toHaveLength(1);
    expect(await page.sendText('5491100000000@c.us', '3EB0123456789ABCDEF013', 'x')).toMatchObject({
      ok: false,
      code: 'NO_SUCH_CHAT',
    });
    page.close();
  });

  it('loses its place to a newer page with the same link', async () => {
    const { page, credentials } = await createLinkedPage(sandbox, bakery);
    const newer = await createPageClient(sandbox, credentials);
    await page.take('conflict');
    await newer.take('bootstrap');
    newer.close();
    page.close();
  });

  it('is told when the phone ends the link, also when it comes back later', async () => {
    const { page, credentials } = await createLinkedPage(sandbox, bakery);
    await sandbox.unlink(bakery, credentials.deviceId);
    expect(await page.take('logout')).toMatchObject({ reason: 'unknown_companion' });
    const later = await createPageClient(sandbox, credentials);
    expect(await later.take('unpaired')).toMatchObject({ loggedOut: 'unknown_companion' });
    for (const client of [page, later]) client.close();
  });

  it('lists waiting pages by what tells them apart, without giving their codes away', async () => {
    const [one, two] = [await createPageClient(sandbox), await createPageClient(sandbox)];
    const refs = [(await one.take('ref')).ref, (await two.take('ref')).ref];
    const waiting = await sandbox.waitingPages();
    expect(refs.every((ref) => waiting.some(({ refEnd }) => refEnd === ref.slice(-4)))).toBe(true);
    expect(refs.some((ref) => JSON.stringify(waiting).includes(ref))).toBe(false);
    for (const client of [one, two]) client.close();
    await eventually(() => sandbox.waitingPages()).toEqual([]);
  });
});

describe('SIGKILL', () => {
  it('loses nothing that was answered, and comes back at the same address', async () => {
    const { page, credentials } = await createLinkedPage(sandbox, bakery);
    await page.take('bootstrap');
    const { id } = await sandbox.say({ from: carla, to: bakery, text: 'antes del corte' });
    const { version } = await sandbox.page({ neverSynced: true });
    await sandbox.restart();
    await page.closed();
    expect((await sandbox.messagesOf(carla, bakery)).at(-1)).toMatchObject({ id, body: 'antes del corte' });
    expect(existsSync(join(sandbox.pageDir, `${version}.html`))).toBe(true);
    const again = await createPageClient(sandbox, credentials);
    expect((await again.take('bootstrap')).me.phoneJid).toBe('5491123456789@c.us');
    again.close();
  });
});
