import { randomUUID } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { AppError } from '@/server/errors';

/** What a bearer token says (contract.md): HS256, and `jti` names the session row. */
export type TokenClaims = { userId: string; email: string; sessionId: string };

const key = (secret: string) => new TextEncoder().encode(secret);

export function signToken(secret: string, claims: TokenClaims, expiresAt: Date): Promise<string> {
  return new SignJWT({ userId: claims.userId, email: claims.email })
    .setProtectedHeader({ alg: 'HS256' })
    .setJti(claims.sessionId)
    .setIssuedAt()
    .setExpirationTime(expiresAt)
    .sign(key(secret));
}

/** Throws TOKEN_EXPIRED or INVALID_TOKEN. */
export async function verifyToken(secret: string, token: string): Promise<TokenClaims> {
  try {
    const { payload } = await jwtVerify(token, key(secret), { algorithms: ['HS256'], requiredClaims: ['jti', 'exp'] });
    if (typeof payload.userId === 'string' && typeof payload.email === 'string' && payload.jti && !payload.purpose) {
      return { userId: payload.userId, email: payload.email, sessionId: payload.jti };
    }
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new AppError('TOKEN_EXPIRED');
  }
  throw new AppError('INVALID_TOKEN');
}

const INVITE_LIFETIME = '7d';

/** An invitation to register, for whoever holds it, for seven days. */
export function signInvite(secret: string, invitedBy: string): Promise<string> {
  return new SignJWT({ purpose: 'invite', invitedBy })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime(INVITE_LIFETIME)
    .sign(key(secret));
}

export async function isInvite(secret: string, token: string | undefined): Promise<boolean> {
  if (!token) return false;
  try {
    const { payload } = await jwtVerify(token, key(secret), { algorithms: ['HS256'] });
    return payload.purpose === 'invite';
  } catch {
    return false;
  }
}

const RESET_LIFETIME = '1h';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Sets the password of this account, once, within an hour. scripts/password.mjs signs the same on the server itself. */
export function signReset(secret: string, email: string): Promise<string> {
  return new SignJWT({ purpose: 'reset', email })
    .setProtectedHeader({ alg: 'HS256' })
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime(RESET_LIFETIME)
    .sign(key(secret));
}

/** Throws TOKEN_EXPIRED or INVALID_TOKEN. */
export async function readReset(
  secret: string,
  token: string,
): Promise<{ id: string; email: string; expiresAt: Date }> {
  try {
    const { payload } = await jwtVerify(token, key(secret), { algorithms: ['HS256'], requiredClaims: ['jti', 'exp'] });
    const { purpose, email, jti = '', exp = 0 } = payload;
    if (purpose === 'reset' && typeof email === 'string' && UUID.test(jti)) {
      return { id: jti, email, expiresAt: new Date(exp * 1000) };
    }
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new AppError('TOKEN_EXPIRED');
  }
  throw new AppError('INVALID_TOKEN');
}
