import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type Owner, PASSWORD, type TestApp } from '@/tests/support/app';
import { testRedis } from '@/tests/support/redis';
import { setStores } from '@/tests/support/stores';

/** Failed logins per 15 minutes (contract.md): 5 per account and address together, 20 per account, 50 per address. */

const stores = setStores();
let app: TestApp;
let owner: Owner;

beforeAll(async () => {
  app = await createTestApp({ ...stores, env: { TRUST_PROXY: 'true' } });
  owner = await app.register('Eva');
});
afterAll(async () => {
  await app.close();
});
beforeEach(async () => {
  await app.node.redis.commands.flushall();
});

type Try = { email?: string; password?: string; from?: string };

async function login({ email = owner.email, password = 'no-es-esta', from = '203.0.113.1' }: Try = {}, at = app) {
  const answer = await at.call('auth.login', { input: { email, password }, headers: { 'x-forwarded-for': from } });
  return answer.error ?? { code: 'OK', retryAfter: undefined };
}

const codes = async (tries: Promise<{ code: string }>[]) => {
  const counts: Record<string, number> = {};
  for (const { code } of await Promise.all(tries)) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
};
const times = (count: number, work: (index: number) => Promise<{ code: string }>) =>
  codes(Array.from({ length: count }, (_, index) => work(index)));

describe('of one account from one address', () => {
  test('five fail, the sixth is told to wait, and the right password as well', async () => {
    for (let attempt = 0; attempt < 5; attempt++) expect((await login()).code).toBe('INVALID_CREDENTIALS');
    const refused = await login();
    expect(refused.code).toBe('TOO_MANY_ATTEMPTS');
    // the window began with the first of them, wherever the clock stands
    expect(refused.retryAfter).toBeGreaterThan(14 * 60);
    expect(refused.retryAfter).toBeLessThanOrEqual(15 * 60);
    expect((await login({ password: PASSWORD })).code).toBe('TOO_MANY_ATTEMPTS');
    expect((await login({ email: owner.email.toUpperCase() })).code).toBe('TOO_MANY_ATTEMPTS');
    expect((await login({ password: PASSWORD, from: '203.0.113.2' })).code).toBe('OK');
  });

  test('thirty at once are no way around it', async () => {
    expect(await times(30, () => login())).toEqual({ INVALID_CREDENTIALS: 5, TOO_MANY_ATTEMPTS: 25 });
  });

  test('right ones are given back, however many', async () => {
    for (let attempt = 0; attempt < 4; attempt++) await login();
    for (let attempt = 0; attempt < 12; attempt++) expect((await login({ password: PASSWORD })).code).toBe('OK');
    expect((await login()).code).toBe('INVALID_CREDENTIALS');
    expect((await login()).code).toBe('TOO_MANY_ATTEMPTS');
  });

  test('an account that does not exist is counted like any other', async () => {
    expect(await times(8, () => login({ email: 'nadie@example.com' }))).toEqual({
      INVALID_CREDENTIALS: 5,
      TOO_MANY_ATTEMPTS: 3,
    });
  });
});

test('of one account from anywhere, twenty', async () => {
  const counts = await times(30, (index) => login({ from: `203.0.113.${index}` }));
  expect(counts).toEqual({ INVALID_CREDENTIALS: 20, TOO_MANY_ATTEMPTS: 10 });
  expect((await login({ password: PASSWORD, from: '198.51.100.1' })).code).toBe('TOO_MANY_ATTEMPTS');
});

test('from one address on any account, fifty', async () => {
  const counts = await times(60, (index) => login({ email: `persona${index}@example.com` }));
  expect(counts).toEqual({ INVALID_CREDENTIALS: 50, TOO_MANY_ATTEMPTS: 10 });
  expect((await login({ password: PASSWORD })).code).toBe('TOO_MANY_ATTEMPTS');
  expect((await login({ password: PASSWORD, from: '203.0.113.9' })).code).toBe('OK');
});

describe('the address', () => {
  test('is the entry that our own proxy wrote, the last', async () => {
    for (let attempt = 0; attempt < 5; attempt++) await login({ from: `10.0.0.${attempt}, 203.0.113.7` });
    expect((await login({ from: '10.9.9.9, 203.0.113.7' })).code).toBe('TOO_MANY_ATTEMPTS');
  });

  test('is the connection’s without TRUST_PROXY, whatever is claimed', async () => {
    const direct = await createTestApp(stores);
    const counts = await times(12, (index) => login({ from: `203.0.113.${index}` }, direct));
    expect(counts).toEqual({ INVALID_CREDENTIALS: 5, TOO_MANY_ATTEMPTS: 7 });
    await direct.close();
  });

  test('and the account are not readable in Redis', async () => {
    await login();
    const keys = await app.node.redis.commands.keys('*');
    expect(keys.filter((key) => key.startsWith('limit:login:'))).toHaveLength(3);
    expect(keys.join('\n')).not.toMatch(/203\.0\.113|example\.com/);
  });
});

test('without Redis nobody signs in, and everything else goes on', async () => {
  const brief = await testRedis();
  const other = await createTestApp({ databaseUrl: stores.databaseUrl, redisUrl: brief.url });
  await brief.close();
  for (const password of [PASSWORD, 'no-es-esta']) {
    const answer = await other.call('auth.login', { input: { email: owner.email, password }, locale: 'en' });
    expect(answer).toMatchObject({ status: 503, error: { code: 'LIMITS_UNAVAILABLE' } });
  }
  expect((await other.call('auth.me', owner)).status).toBe(200);
  const leo = await other.register('Leo');
  expect((await leo.client.chats.list.query({})).items).toEqual([]);
  await other.close();
});
