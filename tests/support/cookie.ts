import { decodeJwt } from 'jose';
import { encode } from 'next-auth/jwt';
import { cookieNames } from '@/server/auth/cookies';
import { JWT_SECRET, type Owner, type TestApp } from './app';

/** The dashboard's cookie of an owner at an app, as a Cookie header, made by next-auth's own code. */
export async function cookieOf({ config }: TestApp, { token, ownerId, email }: Owner): Promise<string> {
  const payload = { name: 'Eva', email, sub: ownerId, sid: decodeJwt(token).jti };
  const value = await encode({ token: payload as never, secret: JWT_SECRET, maxAge: 7 * 86_400 });
  return `${cookieNames(config).session}=${value}`;
}
