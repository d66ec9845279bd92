import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { OwnerId } from '@/server/auth/owner-id';
import type { RedisClients } from '@/server/redis';

const KEEP_SECONDS = 7 * 86_400;

/** What a client of Socket.IO shows when it comes back: the name that it was given when it was here before. */
const shownName = z.object({ pid: z.uuid() });

export type SocketMemory = ReturnType<typeof createSocketMemory>;

/**
 * Which sockets listened, so that one that comes back after a drop, or to a server that was started anew, goes on listening: the
 * document's snippet subscribes once. Redis keeps `socket:listens:NAME`; without Redis a client has to subscribe again.
 */
export function createSocketMemory({ commands }: RedisClients) {
  const keyOf = (name: string) => `socket:listens:${name}`;
  const forgotten = () => {};

  return {
    nameOf: (): string => randomUUID(),

    /** Whether this is one that listened to this owner when it was here before. It is asked once for each name. */
    async listened(auth: unknown, ownerId: OwnerId): Promise<boolean> {
      const shown = shownName.safeParse(auth);
      if (!shown.success) return false;
      const kept = await commands.getdel(keyOf(shown.data.pid)).catch(() => null);
      return kept === ownerId;
    },
    note: (name: string, ownerId: OwnerId) =>
      void commands.set(keyOf(name), ownerId, 'EX', KEEP_SECONDS).catch(forgotten),
    forget: (name: string) => void commands.del(keyOf(name)).catch(forgotten),
  };
}
