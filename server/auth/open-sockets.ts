import type { Bus } from '@/server/events/bus';
import type { Logger } from '@/server/logger';
import type { Identity } from './identity';
import type { AuthSessions } from './sessions';

/** The second wall, for what no bell told of. */
const CHECK_EVERY_MS = 20_000;
const CHECK_EXPIRY_EVERY_MS = 500;

/**
 * The sockets of this process and whose they are, of tRPC and Socket.IO alike: none lives longer than the sign-in it came with. What
 * ends here (a log-out, a changed password) ends at once; what ends anywhere else (another process, an account that was disabled in
 * the database itself) as soon as the bell tells of the commit.
 */
export type OpenSockets = ReturnType<typeof createOpenSockets>;

export type WhyEnded = 'session ended' | 'session expired';

export function createOpenSockets(deps: { bus: Bus; authSessions: AuthSessions; logger: Logger }) {
  const { bus, authSessions, logger } = deps;
  const open = new Map<symbol, { identity: Identity; end: (why: WhyEnded) => void }>();

  function endWhere(ended: (identity: Identity) => boolean, why: WhyEnded): void {
    for (const [key, { identity, end }] of open) {
      if (!ended(identity)) continue;
      open.delete(key);
      end(why);
    }
  }

  /** `userId` null: anybody's. */
  async function check(userId: string | null): Promise<void> {
    const theirs = [...open.values()].flatMap(({ identity }) =>
      userId === null || identity.ownerId === userId ? [identity.sessionId] : [],
    );
    const sessionIds = new Set(theirs);
    if (sessionIds.size === 0) return;
    const live = await authSessions.liveAmong([...sessionIds]);
    endWhere(({ sessionId }) => sessionIds.has(sessionId) && !live.has(sessionId), 'session ended');
  }

  const checkNow = (userId: string | null) =>
    void check(userId).catch((error) => logger.warn({ err: error }, 'open sockets could not be checked'));

  const stopHearing = [
    authSessions.onEnded((ids) => endWhere(({ sessionId }) => ids.includes(sessionId), 'session ended')),
    bus.onAuthChanged(checkNow),
  ];
  const expiring = setInterval(() => {
    const now = new Date();
    endWhere(({ expiresAt }) => expiresAt <= now, 'session expired');
  }, CHECK_EXPIRY_EVERY_MS);
  const checking = setInterval(() => checkNow(null), CHECK_EVERY_MS);

  return {
    /** `end` is called once, when the sign-in is over. Returns the way to forget the socket: call it when it closes. */
    add(identity: Identity, end: (why: WhyEnded) => void): () => void {
      const key = Symbol(identity.sessionId);
      open.set(key, { identity, end });
      // it may have ended between the look at its row and this moment
      checkNow(identity.ownerId);
      return () => void open.delete(key);
    },
    close(): void {
      clearInterval(expiring);
      clearInterval(checking);
      for (const stop of stopHearing) stop();
    },
  };
}
