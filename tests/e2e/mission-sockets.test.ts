import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '@/tests/support/browser';
import { missionSnippets } from '@/tests/support/mission-snippets';
import { callRest } from '@/tests/support/rest';
import { type Sandbox, startSandbox } from '@/tests/support/sandbox';
import { type Server, startServer } from '@/tests/support/server';
import { waitUntil } from '@/tests/support/wait-until';

/**
 * The mission document's Socket.IO snippet, letter by letter, against the server as it is built: from a front end of another origin
 * that loads the client's script from us, and from Node. Only the port in its address is another.
 */

const CARLA = '+5491134567890';

/** What the snippet's own functions were called with, in order. */
type Shown = { qr: string[]; status: string[]; messages: { text: string; clientName: string; clientPhone: string }[] };
/** Runs the snippet; the answer reads what it has shown so far. */
type Place = (code: string, userToken: string) => Promise<() => Promise<Shown>>;

let sandbox: Sandbox;
let server: Server;
let browser: Browser;
let page: Page;
let snippet: string;
const sockets: Socket[] = [];
const frontEnd = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end(`<!doctype html><title>Tienda</title><script src="${server.url}/socket.io/socket.io.js"></script>`);
});

beforeAll(async () => {
  await new Promise<void>((done) => frontEnd.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(frontEnd.address() as AddressInfo).port}`;
  [sandbox, browser] = await Promise.all([startSandbox(), openBrowser()]);
  snippet = (await missionSnippets()).sockets;
  server = await startServer({ sandbox, env: { CORS_ORIGINS: origin } });
  page = await browser.newPage();
  await page.goto(origin);
});
afterAll(async () => {
  for (const socket of sockets) socket.close();
  await browser?.close();
  await server?.discard();
  await sandbox?.stop();
  frontEnd.close();
});

const WRITTEN = 'ws://localhost:3000';

const wrapped = (code: string) => `
  const shown = { qr: [], status: [], messages: [] };
  const displayQRCode = (qrCode) => shown.qr.push(qrCode);
  const updateConnectionStatus = (status) => shown.status.push(status);
  const displayIncomingMessage = (message) => shown.messages.push(message);
  ${code}
  return shown;`;

const inPage: Place = async (code, userToken) => {
  await page.evaluate(`globalThis.shown = (() => {
    const userToken = ${JSON.stringify(userToken)};
    const connect = globalThis.io;
    const io = (address, options) => connect(address.replace(${JSON.stringify(WRITTEN)}, 'ws://localhost:${server.port}'), options);
    ${wrapped(code)}
  })()`);
  return () => page.evaluate(() => Reflect.get(globalThis, 'shown') as Shown);
};

const inNode: Place = async (code, userToken) => {
  const ioHere = (address: string, options: object) => {
    const socket = io(address.replace(WRITTEN, `ws://localhost:${server.port}`), { ...options, forceNew: true });
    sockets.push(socket);
    return socket;
  };
  const shown = new Function('io', 'userToken', wrapped(code))(ioHere, userToken) as Shown;
  return async () => shown;
};

describe.each([
  { where: 'a page of another origin', run: inPage, phone: '+5491123456781' },
  { where: 'Node', run: inNode, phone: '+5491123456782' },
])('from $where', ({ run, phone }) => {
  test('the snippet shows the QR, the status and what comes in', async () => {
    await sandbox.createAccount({ phone, name: 'Panadería' });
    const body = { name: 'Ana', email: `${phone.slice(1)}@example.com`, password: 'una-clave-larga-42' };
    const { token } = (await callRest(server.url, 'POST /auth/register', { body })).body;
    expect(snippet).toContain(WRITTEN);
    const shown = await run(snippet, token);
    await waitUntil('the present state', async () => (await shown()).status[0] === 'not_connected');

    const { qrCode } = (await callRest(server.url, 'POST /whatsapp/connect', { token })).body;
    await waitUntil('the QR', async () => (await shown()).qr.includes(qrCode));
    await sandbox.scan(phone, qrCode);
    await waitUntil('the connection', async () => (await shown()).status.at(-1) === 'connected');
    await sandbox.say({ from: CARLA, to: phone, text: '¿Tienen torta?' });
    await waitUntil('the message', async () => (await shown()).messages.length > 0);
    const { messages } = await shown();
    expect(messages).toEqual([
      expect.objectContaining({ text: '¿Tienen torta?', clientPhone: CARLA, clientName: expect.any(String) }),
    ]);
  });
});
