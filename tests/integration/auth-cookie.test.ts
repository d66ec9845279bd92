import { decodeJwt } from 'jose';
import { encode } from 'next-auth/jwt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cookieNames } from '@/server/auth/cookies';
import { ERRORS } from '@/server/errors';
import { createTestApp, JWT_SECRET, type Owner, PASSWORD, type TestApp } from '@/tests/support/app';
import { eventually } from '@/tests/support/node';
import { RULES } from '@/tests/support/tenancy-rules';
import { PROCEDURES } from '@/tests/support/wire';
import { setStores } from '@/tests/support/stores';

/** The dashboard's cookie, made by next-auth's own code as server/auth/options.ts has it made. */

const stores = setStores();
let app: TestApp;
let owner: Owner;
let name: string;
let cookie: string;

beforeAll(async () => {
  app = await createTestApp({ ...stores, env: { CORS_ORIGINS: 'https://shop.example' } });
  owner = await app.register('Eva');
  name = cookieNames(app.config).session;
  cookie = await cookieOf(owner);
});
afterAll(async () => {
  await app.close();
});

type Claims = { secret?: string; maxAge?: number; sid?: unknown; sub?: string };

async function cookieOf({ token, ownerId, email }: Owner, more: Claims = {}): Promise<string> {
  const { secret = JWT_SECRET, maxAge = 7 * 86_400, ...claims } = more;
  const payload = { name: 'Eva', email, sub: ownerId, sid: decodeJwt(token).jti, ...claims };
  return encode({ token: payload as never, secret, maxAge });
}

const ask = (path: string, header: string, headers: Record<string, string> = {}) =>
  app.call(path, { input: {}, headers: { cookie: header, ...headers } });

describe('the session cookie', () => {
  test('is who it was made for, among others and in chunks', async () => {
    const half = Math.floor(cookie.length / 2);
    const headers = [
      `${name}=${cookie}`,
      `a=b; ${name}=${cookie}; c=d=e`,
      `theme=dark;${name}.0=${cookie.slice(0, half)};${name}.1=${cookie.slice(half)}`,
      `${name}.1=${cookie.slice(half)}; ${name}.0=${cookie.slice(0, half)}`,
    ];
    for (const header of headers) {
      const answer = await ask('auth.me', header);
      expect(answer.data, header.slice(0, 30)).toMatchObject({ id: owner.ownerId });
    }
    const wire = await app.wire({ headers: { cookie: `${name}=${cookie}` } });
    expect((await wire.call('auth.me')).data).toMatchObject({ id: owner.ownerId });
  });

  test('of another copy on this machine is not ours', async () => {
    const other = cookieNames({ PORT: app.config.PORT + 1, publicUrl: 'http://localhost' }).session;
    expect(other).not.toBe(name);
    expect((await ask('auth.me', `${other}=${cookie}`)).error?.code).toBe('TOKEN_REQUIRED');
    expect(cookieNames({ PORT: 3000, publicUrl: 'https://example.com' })).toMatchObject({
      secure: true,
      session: '__Secure-omniwp-3000.session-token',
    });
  });

  test('that is forged, stale, broken or a bearer token is nobody', async () => {
    const bad: Record<string, string> = {
      'another secret': await cookieOf(owner, { secret: 'another-secret-of-forty-characters-1234567' }),
      'run out': await cookieOf(owner, { maxAge: -60 }),
      'no session': await cookieOf(owner, { sid: undefined }),
      'a session that is no id': await cookieOf(owner, { sid: 'x' }),
      'another’s session': await cookieOf(owner, { sub: (await app.register('Leo')).ownerId }),
      cut: cookie.slice(0, -4),
      nonsense: 'x',
      'a bad escape': '%E0%A4%A',
      'a bearer token': owner.token,
    };
    for (const [what, value] of Object.entries(bad)) {
      expect(await ask('auth.me', `${name}=${value}`), what).toMatchObject({
        status: 401,
        error: { code: 'INVALID_TOKEN' },
      });
    }
    expect((await ask('auth.me', `${name}=`)).error?.code).toBe('TOKEN_REQUIRED');
    expect((await app.call('auth.me', { token: cookie })).error?.code).toBe('INVALID_TOKEN');
  });

  test('gives way to a bearer token', async () => {
    const leo = await app.register('Leo');
    const answer = await ask('auth.me', `${name}=${cookie}`, { authorization: `Bearer ${leo.token}` });
    expect(answer.data).toMatchObject({ id: leo.ownerId });
  });

  test('is over when its session ended', async () => {
    const again = await owner.client.auth.login.mutate({ email: owner.email, password: PASSWORD });
    const mine = await cookieOf({ ...owner, token: again.token });
    const wire = await app.wire({ headers: { cookie: `${name}=${mine}` } });
    expect((await wire.call('auth.me')).error).toBeNull();
    await app.client(again.token).auth.logout.mutate();
    await eventually('the end of the socket', async () => wire.closed());
    expect((await ask('auth.me', `${name}=${mine}`)).error?.code).toBe('INVALID_TOKEN');
  });
});

describe('a page of another site', () => {
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'http://127.0.0.1:1' },
    { origin: 'null' },
    { origin: 'nonsense' },
    { 'sec-fetch-site': 'cross-site' },
  ];
  const owned = Object.keys(PROCEDURES).filter((path) => !RULES[path]?.open);

  test('does nothing with the cookie, on any procedure', async () => {
    for (const headers of foreign) {
      for (const path of owned) {
        const answer = await ask(path, `${name}=${cookie}`, headers);
        if (PROCEDURES[path] === 'subscription') continue;
        expect(answer, `${path} ${JSON.stringify(headers)}`).toMatchObject({
          status: ERRORS.FOREIGN_ORIGIN.status,
          error: { code: 'FOREIGN_ORIGIN' },
        });
      }
    }
    expect((await owner.client.auth.me.query()).id).toBe(owner.ownerId);
  });

  test('hears and reads nothing over a WebSocket, where no browser would stop it', async () => {
    const from = (origin: string) => app.wire({ headers: { cookie: `${name}=${cookie}`, origin } });
    await expect(from('https://evil.example')).rejects.toThrow('HTTP 403');
    // one of CORS_ORIGINS may come, with a token of its own
    const wire = await from('https://shop.example');
    for (const path of ['auth.me', 'chats.list', 'settings.update']) {
      expect((await wire.call(path, {})).error?.code, path).toBe('FOREIGN_ORIGIN');
    }
    for (const path of ['events.follow', 'whatsapp.onStatus']) {
      const followed = wire.follow(path);
      await eventually('the refusal', async () => followed.error);
      expect(followed.error?.code, path).toBe('FOREIGN_ORIGIN');
    }
    expect(wire.frames()).not.toContain(owner.email);
  });

  test('may act with a bearer token, which no browser sends by itself', async () => {
    const answer = await app.call('settings.update', {
      token: owner.token,
      input: { locale: 'es' },
      headers: { origin: 'https://partner.example' },
    });
    expect(answer.status).toBe(200);
  });

  test('is not us: our own address, as the browser or PUBLIC_URL says it', async () => {
    const own = await ask('settings.update', `${name}=${cookie}`, { origin: app.url });
    expect(own.status).toBe(200);
    const open = await createTestApp({
      ...stores,
      env: { PUBLIC_URL: 'http://omni.example/' },
    });
    const headers = { cookie: `${cookieNames(open.config).session}=${cookie}`, origin: 'http://omni.example' };
    expect((await open.call('settings.update', { input: {}, headers })).status).toBe(200);
    await open.close();
  });
});
