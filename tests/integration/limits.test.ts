import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type Owner, PASSWORD, type TestApp } from '@/tests/support/app';
import { cookieOf } from '@/tests/support/cookie';
import { eventually } from '@/tests/support/node';
import { setStores } from '@/tests/support/stores';
import { type TestRedis, testRedis } from '@/tests/support/redis';

/** The limits of contract.md, counted once over two processes on one Redis. */

const DEFAULTS = {
  REGISTER_LIMIT_ADDRESS: '',
  WHATSAPP_LIMIT_LINK: '',
  WHATSAPP_LIMIT_SEND: '',
  WHATSAPP_LIMIT_READ: '',
  MESSAGE_RATE_LIMIT_WHATSAPP: '',
  MESSAGE_RATE_LIMIT_EMAIL: '',
  MESSAGE_RATE_LIMIT_GENERAL: '',
  MESSAGE_RATE_LIMIT_CHAT: '',
  DASHBOARD_WRITE_LIMIT: '',
};
const NOBODY = '+5491100000000';

const stores = setStores();
let left: TestApp;
let right: TestApp;
beforeAll(async () => {
  const { databaseUrl, redisUrl } = stores;
  left = await createTestApp({ databaseUrl, redisUrl, env: DEFAULTS });
  right = await createTestApp({ databaseUrl, redisUrl, env: DEFAULTS });
});
afterAll(async () => {
  await left.close();
  await right.close();
});

/** Calls here and there by turns, until it is refused; how often it was not. */
async function passes(call: (app: TestApp) => Promise<{ status: number }>, most: number): Promise<number> {
  for (let passed = 0; passed < most; passed++) {
    if ((await call(passed % 2 === 0 ? left : right)).status === 429) return passed;
  }
  return most;
}
const rest =
  ({ token }: Owner, route: string, body?: object) =>
  (app: TestApp) =>
    app.rest(route, { token, ...(body && { body }) });

describe('a program', () => {
  test('connects, disconnects, restores and restarts three times in five minutes, all together and wherever it asks', async () => {
    const eva = await left.register('Eva');
    const routes = ['disconnect', 'restore', 'restart'].map((name) => rest(eva, `POST /whatsapp/${name}`));
    for (const [index, call] of routes.entries()) expect((await call(index % 2 ? left : right)).status).toBe(404);
    const refused = await rest(eva, 'POST /whatsapp/connect')(right);
    expect(refused).toMatchObject({
      status: 429,
      body: { success: false, error: true, code: 'RATE_LIMITED', message: expect.any(String) },
    });
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBe(refused.body.retryAfter);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(300);
    expect(refused.headers.get('ratelimit-limit')).toBe('3');
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect(refused.headers.get('ratelimit-policy')).toBe('3;w=300');
    // not over REST alone, and nobody else's
    expect((await left.call('whatsapp.restart', { token: eva.token })).error?.code).toBe('RATE_LIMITED');
    const leo = await right.register('Leo');
    expect((await rest(leo, 'POST /whatsapp/restart')(left)).status).toBe(404);
  });

  test('sends ten messages a minute, and is told how many are left', async () => {
    const eva = await left.register('Eva');
    const send = rest(eva, 'POST /whatsapp/send', { clientNumber: NOBODY, text: 'hola' });
    const first = await send(left);
    expect(first).toMatchObject({ status: 409, body: { code: 'WHATSAPP_NOT_CONNECTED' } });
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'ratelimit-limit': '10',
      'ratelimit-remaining': '9',
      'ratelimit-policy': '10;w=60',
      'ratelimit-reset': expect.stringMatching(/^\d+$/),
    });
    expect((await send(right)).headers.get('ratelimit-remaining')).toBe('8');
    expect(await passes(send, 20)).toBe(8);
  });

  test('writes to clients ten times a minute by WhatsApp, thirty by e-mail', async () => {
    const eva = await left.register('Eva');
    const policy = async (body: object) => {
      const answer = await rest(eva, 'POST /messages/send', { clientId: 'nobody', text: 'hola', ...body })(left);
      return answer.headers.get('ratelimit-policy');
    };
    expect(await policy({ channel: 'whatsapp' })).toBe('10;w=60');
    expect(await policy({ channel: 'whatsapp_web' })).toBe('10;w=60');
    expect(await policy({ channel: 'email' })).toBe('30;w=60');
    expect(await passes(rest(eva, 'POST /messages/send', { channel: 'whatsapp' }), 20)).toBe(8);
    // each for itself
    expect(await policy({ channel: 'email' })).toBe('30;w=60');
    expect((await rest(eva, 'POST /messages/send', { channel: 'email' })(right)).status).not.toBe(429);
  });

  test('reads five times a minute under /whatsapp, and as often as it likes elsewhere', async () => {
    const eva = await left.register('Eva');
    const names = ['status', 'qr', 'messages', 'info', 'status'];
    for (const name of names) expect((await rest(eva, `GET /whatsapp/${name}`)(left)).status).not.toBe(429);
    expect((await rest(eva, 'GET /whatsapp/info-auth')(right)).status).toBe(429);
    expect((await left.call('whatsapp.status', { token: eva.token })).status).toBe(429);
    const clients = await rest(eva, 'GET /clients')(left);
    expect(clients.status).toBe(200);
    expect(clients.headers.get('ratelimit-limit')).toBeNull();
    expect(await passes(rest(eva, 'GET /auth/me'), 120)).toBe(120);
    expect((await left.rest('GET /whatsapp/availability')).status).toBe(200);
  });

  test('writes a hundred times in a quarter of an hour, whatever it writes', async () => {
    const eva = await left.register('Eva');
    const make = (app: TestApp, index: number) =>
      rest(eva, 'POST /clients', { name: 'Ana', email: `ana-${index}@example.com` })(app);
    for (let index = 0; index < 98; index++) expect((await make(index % 2 ? left : right, index)).status).toBe(201);
    expect((await left.call('settings.update', { token: eva.token, input: { locale: 'en' } })).status).toBe(200);
    // what is wrong counts as well: it is looked at
    expect((await rest(eva, 'POST /clients', { name: 7 })(left)).status).toBe(400);
    expect((await make(right, 99)).status).toBe(429);
    expect((await left.call('clients.create', { token: eva.token, input: {} })).error?.code).toBe('RATE_LIMITED');
    // whoever wants to go may go
    expect((await rest(eva, 'POST /auth/logout')(left)).status).toBe(200);
  });
});

describe('the dashboard', () => {
  /** Each server's cookie has a name of its own. */
  const over = async (owner: Owner) => ({ cookie: `${await cookieOf(left, owner)}; ${await cookieOf(right, owner)}` });

  test('reads without a limit, and has one of its own for what it writes', async () => {
    const eva = await left.register('Eva');
    const headers = await over(eva);
    expect(await passes((app) => app.call('whatsapp.status', { headers }), 30)).toBe(30);
    const write = (app: TestApp) => app.call('settings.update', { headers, input: { locale: 'es' } });
    const first = await write(left);
    expect(first.headers.get('ratelimit-policy')).toBe('600;w=60');
    expect(first.headers.get('ratelimit-remaining')).toBe('599');
    // not the programs' three
    const restarts = await passes((app) => app.call('whatsapp.restart', { headers }), 10);
    expect(restarts).toBe(10);
    expect((await write(right)).headers.get('ratelimit-remaining')).toBe('588');
  });

  test('writes sixty messages a minute; what was read is not counted', async () => {
    const eva = await left.register('Eva');
    const headers = await over(eva);
    const chatId = '00000000-0000-7000-8000-000000000000';
    const read = () => left.call('chats.markRead', { headers, input: { chatId, upToMessageId: chatId } });
    for (let index = 0; index < 5; index++) expect((await read()).headers.get('ratelimit-limit')).toBeNull();
    const input = () => ({ chatId, text: 'hola', clientKey: crypto.randomUUID() });
    expect(await passes((app) => app.call('chats.send', { headers, input: input() }), 70)).toBe(60);
    expect((await left.call('chats.retry', { headers, input: { messageId: chatId } })).status).toBe(429);
    expect((await left.call('settings.update', { headers, input: { locale: 'es' } })).status).toBe(200);
  });
});

test('new accounts are limited by address', async () => {
  const few = await createTestApp({
    databaseUrl: stores.databaseUrl,
    redisUrl: stores.redisUrl,
    env: { REGISTER_LIMIT_ADDRESS: '2', TRUST_PROXY: 'true' },
  });
  try {
    const register = (index: number, address: string) =>
      few.rest('POST /auth/register', {
        body: { name: 'Ana', email: `nueva-${index}@example.com`, password: PASSWORD },
        headers: { 'x-forwarded-for': address },
      });
    expect((await register(1, '203.0.113.7')).status).toBe(201);
    expect((await register(2, '203.0.113.7')).status).toBe(201);
    expect(await register(3, '203.0.113.7')).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    expect((await register(4, '203.0.113.8')).status).toBe(201);
  } finally {
    await few.close();
  }
});

test('a Redis that does not answer is not waited for', async () => {
  const redis = await testRedis();
  const app = await createTestApp({ databaseUrl: stores.databaseUrl, redisUrl: redis.url, env: DEFAULTS });
  const eva = await app.register('Eva');
  const pid = Number(/process_id:(\d+)/.exec(await app.node.redis.commands.info('server'))?.[1]);
  const restart = () => app.rest('POST /whatsapp/restart', { token: eva.token });
  process.kill(pid, 'SIGSTOP');
  try {
    expect((await app.rest('GET /whatsapp/status', { token: eva.token })).status).toBe(200);
    expect((await app.rest('GET /whatsapp/availability')).body.features.redis).toBe(false);
    const answer = await restart();
    expect(answer.status).toBe(404);
    expect(answer.headers.get('ratelimit-limit')).toBeNull();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const back = await eventually('the count', async () => {
    const { headers } = await restart();
    return headers.get('ratelimit-limit');
  });
  expect(back).toBe('3');
  await app.close();
  await redis.close();
});

describe('without Redis', () => {
  const METRICS_TOKEN = 'un-token-para-mirar';
  let redis: TestRedis;
  let app: TestApp;
  let eva: Owner;
  beforeAll(async () => {
    redis = await testRedis();
    const env = { ...DEFAULTS, METRICS_TOKEN };
    app = await createTestApp({ databaseUrl: stores.databaseUrl, redisUrl: redis.url, env });
    eva = await app.register('Eva');
    await redis.close();
  });
  afterAll(() => app.close());

  test('everything but a log-in passes uncounted', async () => {
    for (let index = 0; index < 8; index++) {
      const answer = await app.rest('POST /whatsapp/restart', { token: eva.token });
      expect(answer).toMatchObject({ status: 404, body: { code: 'NO_WHATSAPP_SESSION' } });
      expect(answer.headers.get('ratelimit-limit')).toBeNull();
    }
    const body = { email: eva.email, password: PASSWORD };
    expect(await app.rest('POST /auth/login', { body })).toMatchObject({
      status: 503,
      body: { code: 'LIMITS_UNAVAILABLE' },
    });
  });

  test('the metrics say that the limits are open, to whoever shows their token', async () => {
    const scrape = (authorization?: string) =>
      fetch(`${app.url}/metrics`, { headers: { ...(authorization && { authorization }) } });
    expect((await scrape()).status).toBe(401);
    expect((await scrape('Bearer otro-token-para-mirar')).status).toBe(401);
    const text = await (await scrape(`Bearer ${METRICS_TOKEN}`)).text();
    expect(text).toMatch(/^omniwp_limits_open 1$/m);
    expect(text).toMatch(/^omniwp_calls_uncounted_total\{limit="link"\} 8$/m);
    expect(text).toMatch(/^process_resident_memory_bytes /m);
  });
});
