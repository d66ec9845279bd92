import { EventEmitter } from 'node:events';
import type { Db, Tx } from '@/server/db';

/**
 * The rows that cookies (`sid`) and bearer tokens (`jti`) name. One that ended is nobody's from the next request on; that its open
 * sockets close is open-sockets.ts.
 */
export type AuthSessions = ReturnType<typeof createAuthSessions>;

/** `expiresAt`: when it runs out by itself. */
export type LiveSession = { id: string; expiresAt: Date; userId: string; role: 'admin' | 'member' };

export function createAuthSessions(deps: { db: Db; lifetimeSeconds: number }) {
  const { db } = deps;
  const ended = new EventEmitter().setMaxListeners(0);

  const tell = (ids: { id: string }[]) =>
    ended.emit(
      'ended',
      ids.map(({ id }) => id),
    );

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

    /** Those of the given sessions that are still somebody's. */
    async liveAmong(ids: string[]): Promise<Set<string>> {
      const live = await db.sql.one<{ id: string }>`
        SELECT auth_session.id FROM auth_session JOIN "user" ON "user".id = auth_session.user_id
        WHERE auth_session.id = ANY(${ids}::uuid[]) AND revoked_at IS NULL AND expires_at > now() AND disabled_at IS NULL`;
      return new Set(live.map(({ id }) => id));
    },

    async hasUser(userId: string): Promise<boolean> {
      return (await db.user.findUnique({ where: { id: userId }, select: { id: true } })) !== null;
    },

    async end(id: string): Promise<void> {
      await db.authSession.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
      tell([{ id }]);
    },

    /**
     * Ends every session of a user but `keep`, in the transaction that is the reason for it. What it returns tells this process at
     * once: call it after the commit (other processes hear of the commit itself).
     */
    async endOthers(tx: Tx, userId: string, keep: string | null): Promise<() => void> {
      const rows = await tx.authSession.updateManyAndReturn({
        where: { userId, revokedAt: null, ...(keep && { id: { not: keep } }) },
        data: { revokedAt: new Date() },
        select: { id: true },
      });
      return () => tell(rows);
    },

    /** Sessions that this process has ended. */
    onEnded(listener: (ids: string[]) => void): () => void {
      ended.on('ended', listener);
      return () => ended.off('ended', listener);
    },
  };
}
