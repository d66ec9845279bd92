import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ERRORS } from '@/server/errors';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { type TestDatabase, testDatabase } from '@/tests/support/database';
import { eventually } from '@/tests/support/node';
import { rawSocket } from '@/tests/support/raw-socket';
import { type TestRedis, testRedis } from '@/tests/support/redis';

let database: TestDatabase;
let redis: TestRedis;
let app: TestApp;

beforeAll(async () => {
  redis = await testRedis();
});
afterAll(() => redis.close());
beforeEach(async () => {
  database = await testDatabase();
  app = await createTestApp({ databaseUrl: database.url, redisUrl: redis.url });
});
afterEach(async () => {
  await app.close();
  await database.close();
});

const ask = (path: string, init: RequestInit = {}) => fetch(`${app.url}${path}`, init);

describe('health', () => {
  test('/healthz says that the process lives, /readyz that it can serve', async () => {
    expect(await (await ask('/healthz')).json()).toEqual({ status: 'ok' });
    const ready = await ask('/readyz');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: 'ready', checks: { database: true, redis: true, accepting: true } });
  });

  test('/readyz is 503 while the database is gone, and Redis alone does not make it so', async () => {
    const brief = await testRedis();
    const eva = await app.register('Eva');
    const other = await createTestApp({ databaseUrl: database.url, redisUrl: brief.url });
    await brief.close();
    const withoutRedis = await fetch(`${other.url}/readyz`);
    expect(withoutRedis.status).toBe(200);
    expect(await withoutRedis.json()).toMatchObject({ checks: { database: true, redis: false } });
    // what a database that went away looks like: connections cut, and no new ones
    await database.close();
    const withoutDatabase = await fetch(`${other.url}/readyz`);
    expect(withoutDatabase.status).toBe(503);
    expect(await withoutDatabase.json()).toMatchObject({ status: 'not ready', checks: { database: false } });
    expect((await fetch(`${other.url}/healthz`)).status).toBe(200);
    expect(await other.call('auth.me', { token: eva.token, locale: 'en' })).toMatchObject({
      status: 503,
      error: { code: 'DATABASE_UNAVAILABLE' },
    });
    await other.close();
  });
});

describe('every answer', () => {
  const paths = ['/healthz', '/readyz', '/login', '/api/trpc/auth.me', '/nowhere'];

  test('has an X-Request-Id: the caller’s own if it is harmless, else ours', async () => {
    for (const path of paths) {
      const given = await ask(path, { headers: { 'x-request-id': 'mine-42' } });
      expect(given.headers.get('x-request-id'), path).toBe('mine-42');
      for (const id of ['', 'a b', 'x'.repeat(101), '<script>', 'ñ'.repeat(3)]) {
        const ours = await ask(path, { headers: { 'x-request-id': encodeURI(id) } });
        expect(ours.headers.get('x-request-id'), path).toMatch(/^[0-9a-f-]{36}$/);
      }
    }
    const refused = await app.call('auth.me', { headers: { 'x-request-id': 'mine-43' } });
    expect(refused.error?.requestId).toBe('mine-43');
  });

  test('has the security headers', async () => {
    for (const path of paths) {
      const { headers } = await ask(path);
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.get('x-frame-options'), path).toBe('DENY');
      expect(headers.get('referrer-policy'), path).toBe('same-origin');
      expect(headers.get('x-powered-by'), path).toBeNull();
    }
    for (const path of ['/healthz', '/readyz', '/api/trpc/auth.me']) {
      expect((await ask(path)).headers.get('cache-control'), path).toBe('no-store');
    }
  });
});

describe('what is no HTTP', () => {
  /** Each of these once the one before it was answered; all that was said. */
  async function said(...requests: string[][]): Promise<string> {
    const socket = connect(app.config.PORT, '127.0.0.1').setEncoding('utf8');
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    for (const [index, lines] of requests.entries()) {
      await eventually('the answer before', async () => text.split('HTTP/1.1 ').length > index);
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    }
    await closed;
    return text;
  }

  test('is refused in the one shape, unless something is being said already', async () => {
    const long = ['GET /healthz HTTP/1.1', 'host: x', `x-long: ${'a'.repeat(40_000)}`];
    const bad = [[['GET /a b c HTTP/1.1', 'host: x']], [['nonsense']], [['GET / HTTP/9']], [['\u0000']]];
    for (const requests of [...bad, [long], [['GET /healthz HTTP/1.1', 'host: x'], ['nonsense']]]) {
      const answer = await said(...requests);
      const tooLong = requests[0] === long;
      const code = tooLong ? 'PAYLOAD_TOO_LARGE' : 'INVALID_INPUT';
      expect(answer.match(/HTTP\/1\.1 \d+/g)?.at(-1)).toBe(`HTTP/1.1 ${tooLong ? 431 : 400}`);
      expect(JSON.parse(answer.split('\r\n\r\n').at(-1) ?? '')).toEqual({
        success: false,
        error: true,
        code,
        message: ERRORS[code].es,
        requestId: expect.any(String),
      });
    }
    const chunk = ['POST /api/v1/auth/login HTTP/1.1', 'host: x', 'transfer-encoding: chunked', '', 'zz'];
    expect((await said(chunk)).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
    // both at once: the first is being answered when the second turns out to be none
    expect(await said(['GET /healthz HTTP/1.1', 'host: x', '', 'nonsense'])).not.toContain('HTTP/1.1 400');
  });

  test('`OPTIONS *` asks what the server takes', async () => {
    const options = await said(['OPTIONS * HTTP/1.1', 'host: x', 'connection: close']);
    expect(options).toMatch(/^HTTP\/1\.1 204 /);
    expect(options).toMatch(/\r\nallow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n/i);
    expect(await said(['GET * HTTP/1.1', 'host: x', 'connection: close'])).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('a page', () => {
  test('has a policy whose nonce no other answer has, and Next is told the same', async () => {
    const nonces = new Set<string>();
    for (let round = 0; round < 5; round++) {
      const response = await ask('/login', {
        headers: { 'x-nonce': 'mine', 'content-security-policy': "script-src 'unsafe-inline'" },
      });
      const policy = response.headers.get('content-security-policy') ?? '';
      const nonce = /'nonce-([A-Za-z0-9+/=]{24})'/.exec(policy)?.[1] ?? '';
      expect(policy).toContain(`script-src 'self' 'nonce-${nonce}' 'strict-dynamic';`);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe-eval');
      nonces.add(nonce);
      expect(await response.json()).toMatchObject({ 'x-nonce': nonce, 'content-security-policy': policy });
    }
    expect(nonces.size).toBe(5);
  });

  test('gets the caller’s address from us and not from the caller', async () => {
    const seen = (await (await ask('/login', { headers: { 'x-omniwp-address': '1.2.3.4' } })).json()) as object;
    expect(seen).toMatchObject({ 'x-omniwp-address': '127.0.0.1' });
  });
});

describe('an upgrade', () => {
  const upgrade = (path: string, port = app.config.PORT) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const headers = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'MDEyMzQ1Njc4OWFiY2RlZg==',
        'accept-language': 'en',
      };
      const request = get({ host: '127.0.0.1', port, path, headers }, (response) => {
        let body = '';
        response.on('data', (chunk) => (body += String(chunk)));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
      request.on('upgrade', (_, socket) => {
        socket.destroy();
        resolve({ status: 101, body: '' });
      });
      request.on('error', reject);
    });

  test('is taken under /api/trpc and /socket.io alone; anything else is 404 in our shape', async () => {
    expect((await upgrade('/api/trpc')).status).toBe(101);
    expect((await upgrade('/api/trpc/?x=1')).status).toBe(101);
    expect((await upgrade('/socket.io/?EIO=4&transport=websocket')).status).toBe(101);
    for (const path of [
      '/',
      '/ws',
      '/api/trpcx',
      '/_next/webpack-hmr',
      '/socket.io',
      '/socket.iox/',
      '//',
      '/api/trpc/../x',
    ]) {
      const { status, body } = await upgrade(path);
      expect(status, path).toBe(404);
      expect(JSON.parse(body)).toEqual({
        success: false,
        error: true,
        code: 'NOT_FOUND',
        message: 'Not found.',
        requestId: expect.any(String),
      });
    }
  });
});

describe('closing', () => {
  let owner: Owner;
  beforeEach(async () => {
    owner = await app.register('Eva');
  });

  test('requests that still come are told so, sockets are closed, and a peer that does not answer holds nothing up', async () => {
    const port = app.config.PORT;
    const wire = await app.wire({ token: owner.token });
    const followed = wire.follow('events.follow');
    await eventually('the subscription', async () => followed.started);
    const stubborn = await rawSocket(port);
    const agent = new Agent({ keepAlive: true });
    const through = (path: string) =>
      new Promise<{ status: number; body: string }>((resolve, reject) => {
        get({ host: '127.0.0.1', port, path, agent, headers: { 'x-request-id': 'last-1' } }, (response) => {
          let body = '';
          response.on('data', (chunk) => (body += String(chunk)));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        }).on('error', reject);
      });
    expect((await through('/healthz')).status).toBe(200);

    const since = Date.now();
    const closed = app.http.close();
    for (const path of ['/api/trpc/auth.me', '/login', '/']) {
      const { status, body } = await through(path);
      expect(status, path).toBe(503);
      expect(JSON.parse(body)).toEqual({
        success: false,
        error: true,
        code: 'SHUTTING_DOWN',
        message: 'El servidor se está reiniciando.',
        requestId: 'last-1',
      });
    }
    expect(JSON.parse((await through('/readyz')).body)).toMatchObject({
      status: 'not ready',
      checks: { accepting: false },
    });
    expect((await through('/healthz')).status).toBe(200);
    await expect(app.wire({ token: owner.token })).rejects.toThrow('503');
    await closed;
    expect(Date.now() - since).toBeLessThan(2_500);
    await eventually('both sockets', async () => wire.closed() && stubborn.ended());
    expect(wire.closed()?.code).toBe(1001);
    await expect(through('/healthz')).rejects.toThrow(/ECONNREFUSED|ECONNRESET|socket hang up/);
    agent.destroy();
  });

  test('what is being answered is answered', async () => {
    let release = () => {};
    app.network.onStart(() => new Promise((resolve) => (release = resolve)));
    const answer = app.call('whatsapp.connect', { token: owner.token });
    await eventually('the engine to start', async () => app.network.started() > 0);
    const closed = app.http.close();
    release();
    expect(await answer).toMatchObject({ status: 200, data: { status: 'qr_ready' } });
    await closed;
  });
});
