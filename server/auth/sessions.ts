import { EventEmitter } from 'node:events';
import type { Db } from '@/server/db';
import type { Logger } from '@/server/logger';
import type { RedisClients } from '@/server/redis';

const CHANNEL = 'auth:session-ended';

/**
 * The rows that cookies (`sid`) and bearer tokens (`jti`) name. A session that ended is told to every process, so that its open
 * sockets close at once.
 */
export type AuthSessions = ReturnType<typeof createAuthSessions>;

/** `expiresAt`: when it runs out by itself. */
export type LiveSession = { id: string; expiresAt: Date; userId: string; role: 'admin' | 'member' };

export function createAuthSessions(deps: { db: Db; redis: RedisClients; logger: Logger; lifetimeSeconds: number }) {
  const { db, redis, logger } = deps;
  const ended = new EventEmitter().setMaxListeners(0);
  redis.subscriber.subscribe(CHANNEL).catch((error) => logger.warn({ err: error }, 'cannot hear of ended sign-ins'));
  redis.subscriber.on('message', (channel, sessionId) => {
    if (channel === CHANNEL) ended.emit('ended', sessionId);
  });

  return {
    async create(userId: string): Promise<{ id: string; expiresAt: Date }> {
      const expiresAt = new Date(Date.now() + deps.lifetimeSeconds * 1000);
      return db.authSession.create({ data: { userId, expiresAt }, select: { id: true, expiresAt: true } });
    },

    /** null: unknown, revoked, run out, or the account is disabled. */
    async findLive(id: string): Promise<LiveSession | null> {
      const [live] = await db.sql.one<LiveSession>`
        SELECT auth_session.id, auth_session.expires_at, auth_session.user_id, "user".role
        FROM auth_session JOIN "user" ON "user".id = auth_session.user_id
        WHERE auth_session.id = ${id}::uuid AND revoked_at IS NULL AND expires_at > now() AND disabled_at IS NULL`;
      return live ?? null;
    },

    async hasUser(userId: string): Promise<boolean> {
      return (await db.user.findUnique({ where: { id: userId }, select: { id: true } })) !== null;
    },

    async end(id: string): Promise<void> {
      await db.authSession.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
      ended.emit('ended', id);
      // other processes check the row again within seconds even when this is not heard
      await redis.commands
        .publish(CHANNEL, id)
        .catch((error) => logger.warn({ err: error }, 'could not tell of an ended sign-in'));
    },

    onEnded(listener: (id: string) => void): () => void {
      ended.on('ended', listener);
      return () => ended.off('ended', listener);
    },
  };
}
