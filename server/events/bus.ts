import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { OwnerId } from '@/server/auth/owner-id';
import type { Logger } from '@/server/logger';
import { createHolds } from './holds';

/** Postgres channel of the bell; a notification is `ownerId:seq:type`. */
export const EVENT_CHANNEL = 'omniwp_event';

/** Rung by triggers when a sign-in ended or an account was disabled; a notification is the user's id. */
const AUTH_CHANNEL = 'omniwp_auth';

/** `next` resolves when something may have been written since the last call (or when the signal aborts). */
export type Bell = { next(): Promise<void>; close(): void };

export type Bus = {
  bellOf(ownerId: OwnerId, signal: AbortSignal): Bell;
  /** Called for each ring: an owner's id and the event's type. Returns the way to stop. */
  onRing(listener: (ownerId: string, type: string) => void): () => void;
  /** Called when sign-ins of this user may have ended; null: anybody's. Returns the way to stop. */
  onAuthChanged(listener: (userId: string | null) => void): () => void;
  /** Called when a connection that was lost is there again. Returns the way to stop. */
  onReturn(listener: () => void): () => void;
  /**
   * Takes a name that one holder at a time has, over all processes; answers with the way to give it back. What a process held is free
   * when it ends. null: somebody has it, or nobody can be asked now.
   */
  hold(name: string): Promise<(() => Promise<void>) | null>;
  close(): Promise<void>;
};

/**
 * The doorbell: one dedicated connection that LISTENs, and says so to everybody in this process. The log is the truth, so after a
 * lost connection it listens again and then rings for everybody. The same connection holds this process's advisory lock
 * (`nodeId`), by which other processes see that it is alive, and those of what it holds.
 */
export async function createBus(options: { url: string; nodeId: string; logger: Logger }): Promise<Bus> {
  const { url, nodeId, logger } = options;
  const rings = new EventEmitter().setMaxListeners(0);
  let closed = false;
  let client: Client | null = null;
  const holds = createHolds(() => client);

  async function listen(): Promise<Client> {
    const next = new Client({ connectionString: url, connectionTimeoutMillis: 10_000, keepAlive: true });
    next.on('error', (error) => logger.warn({ err: error }, 'the bell lost its connection'));
    next.on('notification', ({ channel, payload }) => {
      if (channel === AUTH_CHANNEL) return void rings.emit('auth', payload ?? null);
      const [owner = '', , type = ''] = (payload ?? '').split(':');
      rings.emit('ring', owner, type);
      rings.emit(`owner:${owner}`);
    });
    try {
      await next.connect();
      await next.query(`LISTEN ${EVENT_CHANNEL}`);
      await next.query(`LISTEN ${AUTH_CHANNEL}`);
      await next.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [nodeId]);
      // one that failed is tried again by whoever asked for it
      next.on('end', () => {
        if (!closed) void reconnect();
      });
    } catch (error) {
      await next.end().catch(() => {});
      throw error;
    }
    return next;
  }

  let reconnecting = false;
  async function reconnect(): Promise<void> {
    if (reconnecting) return;
    reconnecting = true;
    // soon: others wait two seconds for this sign of life (whatsapp/lease.ts)
    for (let wait = 100; !closed; wait = Math.min(wait * 2, 500)) {
      try {
        client = await listen();
        void holds.takeAgain();
        // 'return', and every owner's
        for (const name of rings.eventNames()) if (name !== 'ring' && name !== 'auth') rings.emit(name);
        rings.emit('auth', null);
        break;
      } catch {
        await sleep(wait);
      }
    }
    reconnecting = false;
  }

  client = await listen();

  return {
    bellOf(ownerId, signal) {
      let pending = false;
      let wake: (() => void) | null = null;
      const ring = () => {
        pending = true;
        wake?.();
      };
      const name = `owner:${ownerId}`;
      rings.on(name, ring);
      signal.addEventListener('abort', ring);
      return {
        async next() {
          if (!pending) await new Promise<void>((resolve) => (wake = resolve));
          wake = null;
          pending = false;
        },
        close() {
          rings.off(name, ring);
          signal.removeEventListener('abort', ring);
        },
      };
    },
    onRing(listener) {
      rings.on('ring', listener);
      return () => rings.off('ring', listener);
    },
    onAuthChanged(listener) {
      rings.on('auth', listener);
      return () => rings.off('auth', listener);
    },
    onReturn(listener) {
      rings.on('return', listener);
      return () => rings.off('return', listener);
    },
    hold: holds.hold,
    async close() {
      closed = true;
      await client?.end().catch(() => {});
    },
  };
}
