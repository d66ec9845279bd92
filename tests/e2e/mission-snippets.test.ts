import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '@/tests/support/browser';
import { missionSnippets } from '@/tests/support/mission-snippets';
import { callRest } from '@/tests/support/rest';
import { type Sandbox, startSandbox } from '@/tests/support/sandbox';
import { type Server, startServer } from '@/tests/support/server';
import { waitUntil } from '@/tests/support/wait-until';

/** The mission document's snippets, letter by letter, from a page of ours and from Node, against the server as it is built. */

let sandbox: Sandbox;
let server: Server;
let browser: Browser;
let page: Page;
let snippets: Awaited<ReturnType<typeof missionSnippets>>;

beforeAll(async () => {
  [sandbox, snippets, browser] = await Promise.all([startSandbox(), missionSnippets(), openBrowser()]);
  server = await startServer({ sandbox });
  page = await browser.newPage();
  await page.goto(`${server.url}/login`);
});
afterAll(async () => {
  await browser?.close();
  await server?.discard();
  await sandbox?.stop();
});

/** Where a snippet runs: what it leaves in its variables, and what it showed. `shown` are the arguments of its display functions. */
type Ran = { left: Record<string, unknown>; shown: unknown[] };
type Place = (code: string, names: string[], token: string) => Promise<Ran>;

const wrapped = (code: string, names: string[]) => `${code}\nreturn { left: { ${names.join(', ')} }, shown };`;

const inPage: Place = (code, names, token) =>
  page.evaluate(`(async () => {
    const token = ${JSON.stringify(token)};
    const shown = [];
    const displayQRCode = (qrCode) => shown.push(qrCode);
    ${wrapped(code, names)}
  })()`);

/** Node's fetch wants a whole address; everything else is as written. */
const inNode: Place = async (code, names, token) => {
  const shown: unknown[] = [];
  const fetchHere = (path: string, init: RequestInit) => fetch(new URL(path, server.url), init);
  const run = new Function(
    'fetch',
    'token',
    'displayQRCode',
    'shown',
    `return (async () => { ${wrapped(code, names)} })()`,
  );
  return run(fetchHere, token, (qrCode: unknown) => shown.push(qrCode), shown);
};

let people = 0;
async function signUp(): Promise<{ token: string; id: string }> {
  people += 1;
  const body = { name: 'Ana', email: `ana${people}@example.com`, password: 'una-clave-larga-42' };
  const answer = await callRest(server.url, 'POST /auth/register', { body });
  return { token: answer.body.token, id: answer.body.user.id };
}

describe.each([
  { where: 'a browser page', run: inPage, phone: '+5491123456781' },
  { where: 'Node', run: inNode, phone: '+5491123456782' },
])('from $where', ({ run, phone }) => {
  test('connect shows a QR that links, and status says so', async () => {
    await sandbox.createAccount({ phone, name: 'Panadería' });
    const { token } = await signUp();
    const { left, shown } = await run(snippets.connect, ['qrCode', 'status'], token);
    expect(left).toEqual({ qrCode: expect.any(String), status: 'qr_ready' });
    expect(shown).toEqual([left.qrCode]);

    const waiting = await run(snippets.status, ['connected', 'status', 'qrCode'], token);
    expect(waiting.left).toMatchObject({ connected: false, status: 'qr_ready' });
    await sandbox.scan(phone, String(left.qrCode));
    const linked = await waitUntil('the connection', async () => {
      const now = await run(snippets.status, ['connected', 'status', 'qrCode'], token);
      return now.left.connected && now.left;
    });
    expect(linked).toEqual({ connected: true, status: 'connected', qrCode: null });

    const again = await run(snippets.connect, ['qrCode', 'status'], token);
    expect(again).toEqual({ left: { qrCode: null, status: 'connected' }, shown: [] });
  });

  test('a message of a template goes over the own number; the ids as they are written are nobody’s', async () => {
    const to = `${phone.slice(0, -3)}999`;
    await sandbox.createAccount({ phone, name: 'Panadería' }).catch(() => {});
    await sandbox.createAccount({ phone: to, name: 'Carla' }).catch(() => {});
    const { token } = await signUp();
    const { qrCode } = (await callRest(server.url, 'POST /whatsapp/connect', { token })).body;
    await sandbox.scan(phone, qrCode);
    await waitUntil('the connection', async () => {
      return (await callRest(server.url, 'GET /whatsapp/status', { token })).body.connected;
    });
    const asWritten = await run(snippets.send, ['response'], token).then(({ left }) => left.response);
    if (asWritten instanceof Response) expect(asWritten.status).toBe(404);

    const client = (await callRest(server.url, 'POST /clients', { token, body: { name: 'Carla', phone: to } })).body;
    const body = { clientId: client.id, description: 'una torta de chocolate' };
    const order = (await callRest(server.url, 'POST /orders', { token, body })).body;
    const code = snippets.send.replace("'client_id'", `'${client.id}'`).replace("'order_id'", `'${order.id}'`);
    const { left } = await run(
      `${code}\nconst status = response.status; const answer = await response.json();`,
      ['status', 'answer'],
      token,
    );
    expect(left).toMatchObject({
      status: 202,
      answer: { success: true, provider: 'whatsapp_web', channel: 'whatsapp', messageId: expect.any(String) },
    });
    const arrived = await waitUntil('it to arrive', async () => (await sandbox.messagesOf(to, phone))[0]);
    expect(arrived.body).toContain('una torta de chocolate');
  });

  test('without a token each is told who it is not', async () => {
    const { left } = await run(
      snippets.status.replace('const { connected, status, qrCode }', 'const answer'),
      ['answer'],
      '',
    );
    expect(left.answer).toMatchObject({ success: false, error: true, code: 'TOKEN_REQUIRED' });
  });
});
