import { decodeJwt, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { hashPassword, passwordMatches } from '@/server/auth/passwords';
import { isInvite, signInvite, signToken, verifyToken } from '@/server/auth/tokens';

const SECRET = 'Zq7-uX2.kM9_vB4!tR8~wN3(pL6)cH1*';
const OTHER = 'Kd5!rT9~hW2_nV7.xC4-jB8(qM1)zL6*';
const claims = { userId: 'u-1', email: 'ana@example.com', sessionId: 's-1' };
const inAnHour = () => new Date(Date.now() + 3_600_000);

describe('a bearer token', () => {
  test('says again what was signed, and ends when it was told to', async () => {
    const end = inAnHour();
    const token = await signToken(SECRET, claims, end);
    expect(await verifyToken(SECRET, token)).toEqual(claims);
    expect(decodeJwt(token).exp).toBe(Math.floor(end.getTime() / 1000));
  });

  test('of another secret, another purpose or without its parts is refused', async () => {
    const key = new TextEncoder().encode(SECRET);
    const made = (payload: object) =>
      new SignJWT({ ...payload }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(key);
    const bad = [
      await signToken(OTHER, claims, inAnHour()),
      await signInvite(SECRET, 'u-1'),
      await made({ userId: 'u-1', email: 'x', jti: 's-1', purpose: 'invite' }),
      await made({ email: 'x', jti: 's-1' }),
      await made({ userId: 'u-1', jti: 's-1' }),
      await made({ userId: 5, email: 'x', jti: 's-1' }),
      await made({ userId: 'u-1', email: 'x' }),
      '',
      '..',
      'a.b.c',
    ];
    for (const token of bad) await expect(verifyToken(SECRET, token)).rejects.toMatchObject({ code: 'INVALID_TOKEN' });
    const past = await signToken(SECRET, claims, new Date(Date.now() - 1000));
    await expect(verifyToken(SECRET, past)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });
});

test('an invitation is one for seven days, and nothing else is', async () => {
  const invite = await signInvite(SECRET, 'u-1');
  const { exp = 0, iat = 0 } = decodeJwt(invite);
  expect(exp - iat).toBe(7 * 86_400);
  expect(await isInvite(SECRET, invite)).toBe(true);
  for (const bad of [undefined, '', 'x', await signInvite(OTHER, 'u-1'), await signToken(SECRET, claims, inAnHour())])
    expect(await isInvite(SECRET, bad)).toBe(false);
});

describe('a password', () => {
  test('is kept as argon2id with its own salt', async () => {
    const [one, two] = await Promise.all([hashPassword('secreto-123'), hashPassword('secreto-123')]);
    expect(one).toMatch(/^\$argon2id\$/);
    expect(one).not.toBe(two);
    expect(await passwordMatches(one, 'secreto-123')).toBe(true);
    for (const wrong of ['secreto-124', '', 'SECRETO-123', 'secreto-123\u0000']) {
      expect(await passwordMatches(one, wrong)).toBe(false);
    }
  });

  test('of nobody is never right, not even the one that is checked in its place', async () => {
    expect(await passwordMatches(null, 'no account has this password')).toBe(false);
  });
});
