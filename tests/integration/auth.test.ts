import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { signInvite } from '@/server/auth/tokens';
import { createTestApp, JWT_SECRET, type Owner, PASSWORD, type TestApp } from '@/tests/support/app';
import { type TestDatabase, testDatabase } from '@/tests/support/database';
import { type TestRedis, testRedis } from '@/tests/support/redis';

/** Accounts and bearer tokens; the dashboard's cookie is in auth-cookie.test.ts. */

let database: TestDatabase;
let redis: TestRedis;
const apps: TestApp[] = [];

beforeEach(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
  await redis.close();
  await database.close();
});

async function start(env: Record<string, string> = {}): Promise<TestApp> {
  const app = await createTestApp({ databaseUrl: database.url, redisUrl: redis.url, env });
  apps.push(app);
  return app;
}

const eva = (email = 'eva@example.com') => ({ name: 'Eva', email, password: PASSWORD });
const roleOf = async (app: TestApp, id: string) => (await app.node.db.user.findUniqueOrThrow({ where: { id } })).role;

describe('an account', () => {
  test('is made, signed in and told of in the shapes of the contract', async () => {
    const app = await start();
    const made = await app.client(null).auth.register.mutate(eva(' Eva.Luna@Example.COM '));
    expect(made.user).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Eva',
      email: 'eva.luna@example.com',
      createdAt: expect.any(Date),
    });
    const again = await app.client(null).auth.login.mutate({ email: 'EVA.luna@example.com', password: PASSWORD });
    expect(again.user).toEqual(made.user);
    expect(again.token).not.toBe(made.token);
    expect(await app.client(again.token).auth.me.query()).toEqual({ ...made.user, role: 'admin' });
  });

  test('is one per address, whatever its case', async () => {
    const app = await start();
    await app.register('Eva', 'eva@example.com');
    const answer = await app.call('auth.register', { input: eva('EVA@EXAMPLE.COM') });
    expect(answer).toMatchObject({
      status: 409,
      error: { code: 'EMAIL_ALREADY_EXISTS', details: [{ field: 'email', message: expect.any(String) }] },
    });
    const burst = await Promise.all(
      Array.from({ length: 8 }, () => app.call('auth.register', { input: eva('otra@example.com') })),
    );
    expect(burst.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(burst.filter(({ status }) => status === 409)).toHaveLength(7);
  });

  test('keeps no password, only an argon2id hash of its own', async () => {
    const app = await start();
    await app.register('Eva', 'eva@example.com');
    await app.register('Leo', 'leo@example.com');
    const hashes = (await app.node.db.user.findMany()).map(({ passwordHash }) => passwordHash);
    for (const hash of hashes) expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(new Set(hashes).size).toBe(2);
  });

  test('that is the first is the admin, exactly one of those that come at once', async () => {
    const app = await start();
    const ids = (await Promise.all(Array.from({ length: 5 }, (_, index) => app.register(`Eva ${index}`)))).map(
      ({ ownerId }) => ownerId,
    );
    const roles = await Promise.all(ids.map((id) => roleOf(app, id)));
    expect(roles.filter((role) => role === 'admin')).toHaveLength(1);
  });

  test('is refused with the same words whether the address or the password is wrong', async () => {
    const app = await start();
    const { email } = await app.register('Eva');
    const wrong = await app.call('auth.login', { input: { email, password: 'otra-clave' } });
    const unknown = await app.call('auth.login', { input: { email: 'nadie@example.com', password: 'otra-clave' } });
    for (const { status, error } of [wrong, unknown]) {
      expect(status).toBe(401);
      expect(error).toEqual({
        code: 'INVALID_CREDENTIALS',
        message: 'El correo o la contraseña no coinciden.',
        requestId: expect.any(String),
      });
    }
  });

  test('that is disabled is nobody, with a password as with a token', async () => {
    const app = await start();
    const owner = await app.register('Eva');
    await app.node.db.user.update({ where: { id: owner.ownerId }, data: { disabledAt: new Date() } });
    const login = await app.call('auth.login', { input: { email: owner.email, password: PASSWORD } });
    expect(login.error?.code).toBe('INVALID_CREDENTIALS');
    expect((await app.call('auth.me', owner)).error?.code).toBe('INVALID_TOKEN');
  });

  test('that is gone is told so', async () => {
    const app = await start();
    const owner = await app.register('Eva');
    await app.node.db.user.delete({ where: { id: owner.ownerId } });
    expect(await app.call('auth.me', owner)).toMatchObject({ status: 401, error: { code: 'USER_NOT_FOUND' } });
  });
});

describe('REGISTRATION', () => {
  test('closed: open for the first user alone', async () => {
    const app = await start({ REGISTRATION: 'closed' });
    const first = await app.register('Eva');
    expect(await roleOf(app, first.ownerId)).toBe('admin');
    const { inviteToken } = await first.client.auth.invite.mutate();
    for (const input of [eva(), { ...eva(), inviteToken }, eva(first.email)]) {
      expect(await app.call('auth.register', { input })).toMatchObject({
        status: 403,
        error: { code: 'REGISTRATION_CLOSED' },
      });
    }
  });

  test('invite: with an invitation of ours, and that is production’s default', async () => {
    const app = await start({ REGISTRATION: '', NODE_ENV: 'production' });
    const admin = await app.register('Eva');
    const { inviteToken } = await admin.client.auth.invite.mutate();
    const key = new TextEncoder().encode(JWT_SECRET);
    const stale = await new SignJWT({ purpose: 'invite' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('-1 minute')
      .sign(key);
    const foreign = await signInvite('another-secret-of-forty-characters-1234567', admin.ownerId);
    for (const bad of [undefined, '', 'x', stale, foreign, admin.token, `${inviteToken}x`]) {
      const answer = await app.call('auth.register', { input: { ...eva(), inviteToken: bad } });
      expect(answer.error?.code, bad).toBe('REGISTRATION_CLOSED');
    }
    const made = await app.call('auth.register', { input: { ...eva(), inviteToken } });
    expect(made.status).toBe(200);
    const { user, token } = made.data as { user: { id: string }; token: string };
    expect(await roleOf(app, user.id)).toBe('member');
    expect(await app.call('auth.invite', { token })).toMatchObject({ status: 403, error: { code: 'ADMIN_ONLY' } });
    expect((await app.call('auth.me', { token: inviteToken })).error?.code).toBe('INVALID_TOKEN');
  });
});

describe('a bearer token', () => {
  let app: TestApp;
  let owner: Owner;
  beforeEach(async () => {
    app = await start();
    owner = await app.register('Eva');
  });

  test('is HS256 with what the contract names, for seven days, and its jti names the session', async () => {
    expect(decodeProtectedHeader(owner.token)).toEqual({ alg: 'HS256' });
    const claims = decodeJwt(owner.token);
    expect(Object.keys(claims).sort()).toEqual(['email', 'exp', 'iat', 'jti', 'userId']);
    expect(claims).toMatchObject({ userId: owner.ownerId, email: owner.email });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBeGreaterThanOrEqual(7 * 86_400 - 2);
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBeLessThanOrEqual(7 * 86_400 + 2);
    const session = await app.node.db.authSession.findUnique({ where: { id: claims.jti ?? '' } });
    expect(session?.userId).toBe(owner.ownerId);
  });

  test('that we did not sign, or not as one, is nobody', async () => {
    const claims = decodeJwt(owner.token);
    const other = await app.register('Leo');
    const sign = (payload: object, secret = JWT_SECRET, alg = 'HS256') =>
      new SignJWT({ ...payload }).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
    const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const [head, body, signature] = owner.token.split('.');
    const { jti: _, ...withoutSession } = claims;
    const { exp: __, ...withoutEnd } = claims;
    const forged: Record<string, string> = {
      'alg none': `${base64({ alg: 'none' })}.${body}.`,
      'alg none, signed': `${base64({ alg: 'none' })}.${body}.${signature}`,
      'another body': `${head}.${base64({ ...claims, userId: other.ownerId })}.${signature}`,
      'another secret': await sign(claims, 'another-secret-of-forty-characters-1234567'),
      'another algorithm': await sign(claims, JWT_SECRET.repeat(2), 'HS512'),
      'another user’s session': await sign({ ...claims, jti: decodeJwt(other.token).jti }),
      'an unknown session': await sign({ ...claims, jti: '00000000-0000-4000-8000-000000000000' }),
      'a session that is no id': await sign({ ...claims, jti: 'x' }),
      'a user that is no id': await sign({ ...claims, userId: "' OR 1=1 --" }),
      'no session': await sign(withoutSession),
      'no end': await sign(withoutEnd),
      'no user': await sign({ ...claims, userId: undefined }),
      cut: owner.token.slice(0, -3),
      nonsense: 'nonsense',
    };
    for (const [what, token] of Object.entries(forged)) {
      expect(await app.call('auth.me', { token }), what).toMatchObject({
        status: 401,
        error: { code: 'INVALID_TOKEN' },
      });
      const wire = await app.wire({ token });
      expect((await wire.call('auth.me')).error?.code, what).toBe('INVALID_TOKEN');
    }
  });

  test('that has run out is told so', async () => {
    const claims = decodeJwt(owner.token);
    const token = await new SignJWT({ ...claims, exp: Math.floor(Date.now() / 1000) - 60 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(JWT_SECRET));
    expect(await app.call('auth.me', { token })).toMatchObject({ status: 401, error: { code: 'TOKEN_EXPIRED' } });
  });

  test('is read from the header alone, and written in any case', async () => {
    const ask = (authorization: string) => app.call('auth.me', { headers: { authorization } });
    expect((await ask(`bearer ${owner.token}`)).status).toBe(200);
    expect((await ask(`Bearer  ${owner.token}`)).status).toBe(200);
    for (const header of ['Bearer', 'Bearer ', `Basic ${owner.token}`, owner.token, `Bearer ${owner.token} x`]) {
      expect((await ask(header)).error?.code, header.slice(0, 12)).toBe('TOKEN_REQUIRED');
    }
    const inAddress = await fetch(`${app.url}/api/trpc/auth.me?token=${owner.token}`);
    expect(inAddress.status).toBe(401);
  });
});
