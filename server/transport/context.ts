import type { IncomingMessage } from 'node:http';
import { cookieNames } from '@/server/auth/cookies';
import { identify, type Identity } from '@/server/auth/identity';
import { localeOf } from '@/server/errors';
import type { Context, Deps } from '@/server/trpc';
import { addressOf, isForeign, requestIdOf } from './security';

/** What a WebSocket client may say when it connects, since browsers let it set no headers. */
type ConnectionParams = { token?: string | undefined; locale?: string | undefined } | null;

/** The context of a request, or of a whole WebSocket connection. `onIdentified`: whose it turned out to be. */
export function createContext(
  deps: Deps,
  request: IncomingMessage,
  params: ConnectionParams,
  onIdentified: (identity: Identity) => void = () => {},
): Context {
  const { config, authSessions } = deps;
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? params?.token ?? null;
  let identity: Promise<Identity> | null = null;
  return {
    deps,
    requestId: requestIdOf(request),
    locale: localeOf(params?.locale ?? request.headers['accept-language']),
    address: addressOf(request, config),
    foreignOrigin: isForeign(request, config),
    respondAsync: /\brespond-async\b/i.test(String(request.headers.prefer ?? '')),
    idempotencyKey: String(request.headers['idempotency-key'] ?? '') || null,
    answerHeaders: new Headers(),
    identify() {
      identity ??= identify(
        { secret: config.JWT_SECRET, sessions: authSessions, cookieName: cookieNames(config).session },
        { bearer, cookieHeader: request.headers.cookie ?? null },
      ).then(
        (found) => {
          onIdentified(found);
          return found;
        },
        (error) => {
          // a database that was away for a moment must not stay with a socket for its whole life
          identity = null;
          throw error;
        },
      );
      return identity;
    },
  };
}
