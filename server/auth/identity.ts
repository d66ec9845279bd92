import { decode } from 'next-auth/jwt';
import { AppError } from '@/server/errors';
import type { OwnerId } from './owner-id';
import type { AuthSessions } from './sessions';
import { verifyToken } from './tokens';

export type Identity = {
  ownerId: OwnerId;
  role: 'admin' | 'member';
  sessionId: string;
  /** When the credential runs out by itself. */
  expiresAt: Date;
  via: 'cookie' | 'bearer';
};

/** What a caller showed: at most one of the two is looked at, the bearer token first. */
export type Credentials = { bearer: string | null; cookieHeader: string | null };

/**
 * The one place where an OwnerId is made from a credential: a bearer token or the dashboard's cookie, for HTTP and WebSocket alike.
 * Throws TOKEN_REQUIRED, INVALID_TOKEN, TOKEN_EXPIRED or USER_NOT_FOUND.
 */
export async function identify(
  deps: { secret: string; sessions: AuthSessions; cookieName: string },
  credentials: Credentials,
): Promise<Identity> {
  const { bearer, cookieHeader } = credentials;
  const claims = bearer ? await verifyToken(deps.secret, bearer) : await readCookie(deps, cookieHeader);
  if (!claims) throw new AppError('TOKEN_REQUIRED');
  if (!UUID.test(claims.sessionId) || !UUID.test(claims.userId)) throw new AppError('INVALID_TOKEN');
  const session = await deps.sessions.findLive(claims.sessionId);
  if (!session) throw new AppError((await deps.sessions.hasUser(claims.userId)) ? 'INVALID_TOKEN' : 'USER_NOT_FOUND');
  if (session.userId !== claims.userId) throw new AppError('INVALID_TOKEN');
  return {
    ownerId: session.userId as OwnerId,
    role: session.role,
    sessionId: session.id,
    expiresAt: session.expiresAt,
    via: bearer ? 'bearer' : 'cookie',
  };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** next-auth's session cookie: an encrypted JWT whose `sid` auth/options.ts set at sign-in. */
async function readCookie(
  { secret, cookieName }: { secret: string; cookieName: string },
  header: string | null,
): Promise<{ userId: string; sessionId: string } | null> {
  const token = sessionCookie(header, cookieName);
  if (!token) return null;
  const payload = await decode({ token, secret }).catch(() => null);
  if (typeof payload?.sid !== 'string' || typeof payload.sub !== 'string') throw new AppError('INVALID_TOKEN');
  return { userId: payload.sub, sessionId: payload.sid };
}

/** The cookie's value; next-auth splits a long one into `name.0`, `name.1`, … */
function sessionCookie(header: string | null, name: string): string | null {
  const cookies = new Map(
    (header ?? '').split(';').map((part) => {
      const [name = '', ...value] = part.trim().split('=');
      return [name, value.join('=')] as const;
    }),
  );
  const whole = cookies.get(name);
  let joined = whole ?? '';
  for (let part = 0; !whole && cookies.has(`${name}.${part}`); part++) joined += cookies.get(`${name}.${part}`);
  // next-auth's own value has nothing to decode; a `%` is somebody else's, and is refused as a token
  return joined || null;
}
