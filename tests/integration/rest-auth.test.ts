import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { encode } from 'next-auth/jwt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cookieNames } from '@/server/auth/cookies';
import { signReset } from '@/server/auth/tokens';
import { createTestApp, JWT_SECRET, PASSWORD, type TestApp } from '@/tests/support/app';
import { eventually } from '@/tests/support/node';
import { setStores } from '@/tests/support/stores';
import type { Wire } from '@/tests/support/wire';

/** Accounts, tokens and their end, over /api/v1. */

const stores = setStores();
let app: TestApp;
const apps: TestApp[] = [];

async function start(env: Record<string, string> = {}): Promise<TestApp> {
  const made = await createTestApp({ databaseUrl: stores.databaseUrl, redisUrl: stores.redisUrl, env });
  apps.push(made);
  return made;
}
beforeAll(async () => {
  app = await start();
});
afterAll(async () => {
  for (const made of apps) await made.close();
});

let people = 0;
async function person(at = app) {
  people += 1;
  const email = `persona${people}@example.com`;
  const { body } = await at.rest('POST /auth/register', { body: { name: 'Eva', email, password: PASSWORD } });
  return { email, token: body.token as string, id: body.user.id as string };
}
const login = (email: string, password = PASSWORD, at = app) =>
  at.rest('POST /auth/login', { body: { email, password } });

const refusal = (code: string) => ({
  success: false,
  error: true,
  code,
  message: expect.any(String),
  requestId: expect.any(String),
});

describe('an account', () => {
  test('is made with 201, signs in, is told of and signs out', async () => {
    const made = await app.rest('POST /auth/register', {
      body: { name: 'Ana', email: ' Ana@Example.COM', password: PASSWORD },
    });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      user: {
        id: expect.any(String),
        name: 'Ana',
        email: 'ana@example.com',
        createdAt: expect.stringMatching(/^20.*Z$/),
      },
      token: expect.any(String),
    });
    const signed = await login('ANA@example.com');
    expect(signed).toMatchObject({ status: 200, body: { user: made.body.user } });
    const token = signed.body.token;
    expect(decodeProtectedHeader(token).alg).toBe('HS256');
    expect(decodeJwt(token)).toEqual({
      userId: made.body.user.id,
      email: 'ana@example.com',
      iat: expect.any(Number),
      exp: expect.any(Number),
      jti: expect.any(String),
    });
    const { iat = 0, exp = 0 } = decodeJwt(token);
    expect(Math.abs(exp - iat - 7 * 86_400)).toBeLessThan(5);
    expect(await app.rest('GET /auth/me', { token })).toMatchObject({ status: 200, body: made.body.user });
    expect(await app.rest('POST /auth/logout', { token })).toMatchObject({ status: 200, body: { success: true } });
    expect(await app.rest('GET /auth/me', { token })).toMatchObject({ status: 401, body: refusal('INVALID_TOKEN') });
    expect((await app.rest('GET /auth/me', { token: made.body.token })).status).toBe(200);
  });

  test('is one per address, and says which field was at fault', async () => {
    const { email } = await person();
    const again = await app.rest('POST /auth/register', {
      body: { name: 'Otra', email: email.toUpperCase(), password: PASSWORD },
    });
    expect(again).toMatchObject({ status: 409, body: refusal('EMAIL_ALREADY_EXISTS') });
    const bad = await app.rest('POST /auth/register', { body: { name: 'A', email: 'no', password: 'corta' } });
    expect(bad).toMatchObject({ status: 400, body: refusal('INVALID_INPUT') });
    expect(bad.body.details.map(({ field }: { field: string }) => field).toSorted()).toEqual([
      'email',
      'name',
      'password',
    ]);
  });

  test('does not tell which addresses have one', async () => {
    const { email } = await person();
    const [wrong, unknown] = [await login(email, 'otra-clave-1'), await login('nadie@example.com')];
    for (const answer of [wrong, unknown]) {
      expect(answer).toMatchObject({ status: 401, body: refusal('INVALID_CREDENTIALS') });
    }
    expect({ ...wrong.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
  });

  test('says 429 with Retry-After when it is guessed at', async () => {
    const { email } = await person();
    for (let attempt = 0; attempt < 5; attempt++) await login(email, 'adivinada-1');
    const stopped = await login(email);
    expect(stopped).toMatchObject({ status: 429, body: refusal('TOO_MANY_ATTEMPTS') });
    expect(Number(stopped.headers.get('retry-after'))).toBe(stopped.body.retryAfter);
    expect(stopped.body.retryAfter).toBeGreaterThan(0);
    const told = ['limit', 'remaining', 'reset', 'policy'].map((name) => stopped.headers.get(`ratelimit-${name}`));
    expect(told).toEqual(['5', '0', String(stopped.body.retryAfter), '5;w=900']);
  });
});

describe('who is asked for', () => {
  test('is told apart: nobody, nonsense, another secret, run out, gone', async () => {
    const { token, id, email } = await person();
    const sign = (secret: string, exp: number) =>
      new SignJWT({ userId: id, email })
        .setProtectedHeader({ alg: 'HS256' })
        .setJti(decodeJwt(token).jti ?? '')
        .setExpirationTime(exp)
        .sign(new TextEncoder().encode(secret));
    const now = Math.floor(Date.now() / 1000);
    const me = async (header: string | null) =>
      (await app.rest('GET /auth/me', { headers: header === null ? {} : { authorization: header } })).body.code;
    expect(await me(null)).toBe('TOKEN_REQUIRED');
    expect(await me('')).toBe('TOKEN_REQUIRED');
    expect(await me('Basic YTpi')).toBe('TOKEN_REQUIRED');
    expect(await me('Bearer abc')).toBe('INVALID_TOKEN');
    expect(await me(`Bearer ${await sign('Kd5!rT9~hW2_nV7.xC4-jB8(qM1)zL6*', now + 60)}`)).toBe('INVALID_TOKEN');
    expect(await me(`Bearer ${await sign(JWT_SECRET, now - 60)}`)).toBe('TOKEN_EXPIRED');
    expect(await me(`Bearer ${token}`)).toBeUndefined();
    expect(await me(`bearer ${token}`)).toBeUndefined();
    await app.node.db.user.delete({ where: { id } });
    expect(await me(`Bearer ${token}`)).toBe('USER_NOT_FOUND');
  });

  test('is asked before what is said is read', async () => {
    const answer = await app.rest('POST /auth/password', { raw: '{', headers: { 'content-type': 'application/json' } });
    expect(answer).toMatchObject({ status: 401, body: refusal('TOKEN_REQUIRED') });
  });
});

describe('the dashboard’s cookie', () => {
  test('is accepted, and not from a page of another site', async () => {
    const { token, id, email } = await person();
    const value = await encode({
      token: { name: 'Eva', email, sub: id, sid: decodeJwt(token).jti } as never,
      secret: JWT_SECRET,
      maxAge: 3600,
    });
    const cookie = `${cookieNames(app.config).session}=${value}`;
    const ours = app.url;
    expect((await app.rest('GET /auth/me', { headers: { cookie } })).body.id).toBe(id);
    for (const headers of [
      { cookie, origin: 'https://evil.example' },
      { cookie, origin: 'null' },
      { cookie, 'sec-fetch-site': 'cross-site' },
      { cookie, origin: `http://127.0.0.1:${app.config.PORT + 1}` },
    ] as Record<string, string>[]) {
      const answer = await app.rest('POST /auth/logout', { headers });
      expect(answer).toMatchObject({ status: 403, body: refusal('FOREIGN_ORIGIN') });
    }
    expect((await app.rest('POST /auth/logout', { headers: { cookie, origin: ours } })).status).toBe(200);
    expect((await app.rest('GET /auth/me', { headers: { cookie } })).body.code).toBe('INVALID_TOKEN');
  });
});

async function following(token: string, at = app): Promise<Wire> {
  const wire = await at.wire({ token });
  const followed = wire.follow('events.follow');
  await eventually('the subscription', async () => followed.started);
  return wire;
}
const ended = (wire: Wire) => eventually('the end of the socket', async () => wire.closed());

describe('a changed password', () => {
  test('ends all other sign-ins and their sockets, in every process; the one that asked goes on', async () => {
    const elsewhere = await start();
    const { email, token } = await person();
    const others = [(await login(email)).body.token, (await login(email)).body.token];
    const mine = await following(token);
    const theirs = [await following(others[0]), await following(others[1], elsewhere)];
    const body = { currentPassword: PASSWORD, newPassword: 'otra-clave-larga' };
    const wrong = await app.rest('POST /auth/password', { token, body: { ...body, currentPassword: 'no-es-esa' } });
    expect(wrong).toMatchObject({ status: 401, body: refusal('INVALID_CREDENTIALS') });
    expect(await app.rest('POST /auth/password', { token, body })).toMatchObject({
      status: 200,
      body: { success: true },
    });
    const since = Date.now();
    for (const wire of theirs) expect(await ended(wire)).toMatchObject({ code: 4401 });
    expect(Date.now() - since).toBeLessThan(1_000);
    expect(mine.closed()).toBeNull();
    for (const other of others) expect((await app.rest('GET /auth/me', { token: other })).status).toBe(401);
    expect((await app.rest('GET /auth/me', { token })).status).toBe(200);
    expect((await login(email)).status).toBe(401);
    expect((await login(email, 'otra-clave-larga')).status).toBe(200);
  });
});

describe('a disabled account', () => {
  test('is nobody at once, also when the database itself was told', async () => {
    const elsewhere = await start();
    const one = await person();
    const wires = [await following(one.token), await following(one.token, elsewhere)];
    await app.node.db.$executeRaw`UPDATE "user" SET disabled_at = now() WHERE id = ${one.id}::uuid`;
    const since = Date.now();
    for (const wire of wires) expect(await ended(wire)).toMatchObject({ code: 4401 });
    expect(Date.now() - since).toBeLessThan(1_000);
    expect(await app.rest('GET /auth/me', { token: one.token })).toMatchObject({ status: 401 });
    expect((await login(one.email)).body.code).toBe('INVALID_CREDENTIALS');
  });

  test('is the admin’s to disable and to enable', async () => {
    const admin = await app.node.db.user.findFirstOrThrow({ where: { role: 'admin' } });
    const signed = (await login(admin.email)).body.token;
    const member = await person();
    const set = (token: string, email: string, disabled: boolean) =>
      app.call('auth.setDisabled', { token, input: { email, disabled } });
    expect((await set(member.token, admin.email, true)).status).toBe(403);
    expect((await set(signed, admin.email, true)).status).toBe(404);
    expect((await set(signed, member.email, true)).status).toBe(200);
    expect((await app.rest('GET /auth/me', { token: member.token })).status).toBe(401);
    expect((await set(signed, member.email, false)).status).toBe(200);
    // what it was signed in with before stays over
    expect((await app.rest('GET /auth/me', { token: member.token })).status).toBe(401);
    expect((await login(member.email)).status).toBe(200);
  });
});

describe('a forgotten password', () => {
  test('is set with a reset token, once, and ends every sign-in', async () => {
    const { email, token } = await person();
    const wire = await following(token);
    const reset = await signReset(JWT_SECRET, email);
    const set = (more: object = {}) =>
      app.rest('POST /auth/password/reset', { body: { token: reset, newPassword: 'recordada-1', ...more } });
    expect((await set({ newPassword: 'corta' })).status).toBe(400);
    expect((await set({ token })).body.code).toBe('INVALID_TOKEN');
    expect((await set()).status).toBe(200);
    expect(await ended(wire)).toMatchObject({ code: 4401 });
    expect((await set({ newPassword: 'segunda-vez' })).body.code).toBe('INVALID_TOKEN');
    expect((await login(email)).status).toBe(401);
    expect((await login(email, 'recordada-1')).status).toBe(200);
    // a reset token is no bearer token
    const other = await signReset(JWT_SECRET, email);
    expect((await app.rest('GET /auth/me', { token: other })).body.code).toBe('INVALID_TOKEN');
    expect((await set({ token: await signReset(JWT_SECRET, 'nadie@example.com') })).body.code).toBe('INVALID_TOKEN');
  });

  test('is given a new one by the command on the server', async () => {
    const { email, token } = await person();
    const run = (env: Record<string, string>) =>
      promisify(execFile)(process.execPath, ['scripts/password.mjs', email.toUpperCase()], {
        env: { ...process.env, OMNIWP_URL: app.url, DATA_DIR: '/nonexistent', ...env },
      });
    await expect(run({ JWT_SECRET: 'x'.repeat(40) })).rejects.toThrow(/another secret/);
    const { stdout } = await run({ JWT_SECRET });
    const fresh = /: (\S{16})\n/.exec(stdout)?.[1] ?? '';
    expect((await app.rest('GET /auth/me', { token })).status).toBe(401);
    expect((await login(email, fresh)).status).toBe(200);
  });
});

describe('registration', () => {
  test('closed is 403, and by invitation it wants the token', async () => {
    const closed = await start({ REGISTRATION: 'closed' });
    const body = { name: 'Leo', email: 'leo@example.com', password: PASSWORD };
    expect(await closed.rest('POST /auth/register', { body })).toMatchObject({
      status: 403,
      body: refusal('REGISTRATION_CLOSED'),
    });
    const invite = await start({ REGISTRATION: 'invite' });
    expect((await invite.rest('POST /auth/register', { body })).status).toBe(403);
    const admin = await app.node.db.user.findFirstOrThrow({ where: { role: 'admin' } });
    const { token } = (await login(admin.email)).body;
    const { data } = await app.call('auth.invite', { token });
    const { inviteToken } = data as { inviteToken: string };
    expect((await invite.rest('POST /auth/register', { body: { ...body, inviteToken } })).status).toBe(201);
  });
});
