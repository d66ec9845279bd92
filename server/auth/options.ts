import type { NextAuthOptions } from 'next-auth';
import CredentialsProvider from 'next-auth/providers/credentials';
import { liveAuth } from './live';
import { loginInput } from './schema';

/** The header in which server/transport/http.ts hands on the caller's address; whatever a caller puts there is overwritten. */
export const ADDRESS_HEADER = 'x-omniwp-address';

/**
 * next-auth: e-mail and password, JWT sessions. Built per request, because the live server is not there when Next loads the module.
 * A failed sign-in answers with one of our error codes as `error`.
 */
export function authOptions(): NextAuthOptions {
  const live = liveAuth();
  const cookie = (name: string, httpOnly = true) => ({
    name: `${live.cookiePrefix}.${name}`,
    options: { httpOnly, sameSite: 'lax' as const, path: '/', secure: live.secureCookies },
  });
  return {
    secret: live.secret,
    session: { strategy: 'jwt', maxAge: live.lifetimeSeconds },
    pages: { signIn: '/login', error: '/login' },
    cookies: {
      sessionToken: cookie('session-token'),
      csrfToken: cookie('csrf-token'),
      callbackUrl: cookie('callback-url'),
    },
    providers: [
      CredentialsProvider({
        credentials: { email: { type: 'email' }, password: { type: 'password' } },
        async authorize(credentials, request) {
          const input = loginInput.safeParse(credentials);
          if (!input.success) throw new Error('INVALID_CREDENTIALS');
          const address = String(request.headers?.[ADDRESS_HEADER] ?? '');
          // AppError's message is its code, and that is what the login page reads
          const { user, sessionId } = await live.login({ ...input.data, address });
          return { id: user.id, name: user.name, email: user.email, sessionId };
        },
      }),
    ],
    callbacks: {
      async jwt({ token, user }) {
        // next-auth gives the token a new jti on every read, so the session row has a claim of its own
        if (user && 'sessionId' in user) token.sid = user.sessionId;
        if (typeof token.sid !== 'string' || !(await live.isLive(token.sid))) throw new Error('this session has ended');
        return token;
      },
    },
    events: {
      async signOut({ token }) {
        if (typeof token?.sid === 'string') await live.end(token.sid);
      },
    },
  };
}
