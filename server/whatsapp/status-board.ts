import { EventEmitter } from 'node:events';
import superjson from 'superjson';
import type { OwnerId } from '@/server/auth/owner-id';
import type { Db } from '@/server/db';
import type { Logger } from '@/server/logger';
import type { RedisClients } from '@/server/redis';
import { LEASE_SECONDS } from './lease';
import { type WhatsappStatus, whatsappStatus } from './schema';
import { knownOf, statusOf, withoutStaleCodes } from './session-status';

/**
 * The present state of every session, for whoever asks, in any process. It is fleeting (a QR is a credential), so it lives in
 * Redis and never in the log:
 *   whatsapp:session:ID  {userId, phoneNumber, name, connectedAt} while connected
 *   whatsapp:state:ID    the status without codes; runs out with the lease, so a killed process's "connected" does not stay
 *   whatsapp:qr:ID       {method, code}, with the code's own expiry
 * This process's own sessions are told directly too, so a dashboard goes on when Redis is away.
 */
export type StatusBoard = {
  publish(ownerId: OwnerId, status: WhatsappStatus): void;
  /** This process no longer runs the session: whoever does says how it is. */
  forget(ownerId: OwnerId): void;
  /** This process ends: nobody runs its sessions for now, and that is what everybody is shown. */
  withdrawAll(): Promise<void>;
  /** Keeps the present states of this process's sessions from running out. */
  refresh(): Promise<void>;
  current(ownerId: OwnerId): Promise<WhatsappStatus>;
  /** The same of many at once, without codes: of those that run somewhere and of which anything is known. */
  overview(ownerIds: readonly OwnerId[]): Promise<Map<OwnerId, WhatsappStatus>>;
  /** The present state at once, then each change, until `signal` aborts. */
  watch(ownerId: OwnerId, signal: AbortSignal): AsyncGenerator<WhatsappStatus>;
};

const CHANNEL = 'whatsapp:status';
const READ_AT_ONCE = 500;

export function createStatusBoard(deps: { db: Db; redis: RedisClients; nodeId: string; logger: Logger }): StatusBoard {
  const { db, redis, nodeId, logger } = deps;
  const own = new Map<OwnerId, WhatsappStatus>();
  const changes = new EventEmitter().setMaxListeners(0);
  let writes: Promise<unknown> = Promise.resolve();

  redis.subscriber.subscribe(CHANNEL).catch((error) => logger.warn({ err: error }, 'cannot hear of session states'));
  redis.subscriber.on('message', (channel, payload) => {
    if (channel !== CHANNEL) return;
    const told = superjson.parse<{ node: string; ownerId: OwnerId; status: unknown }>(payload);
    if (told.node === nodeId) return;
    // another process runs it now
    own.delete(told.ownerId);
    changes.emit(told.ownerId, whatsappStatus.parse(told.status));
  });

  const tellingOf = (ownerId: OwnerId, status: WhatsappStatus) =>
    superjson.stringify({ node: nodeId, ownerId, status });

  /** Writes follow one another, so an older state never lands on a newer one. */
  function write(work: () => Promise<unknown>): void {
    writes = writes.then(work).catch((error) => logger.warn({ err: error }, 'could not keep a session state in redis'));
  }

  async function save(ownerId: OwnerId, status: WhatsappStatus): Promise<void> {
    const { qrCode, pairingCode, ...rest } = status;
    const code = qrCode ?? pairingCode;
    const pipeline = redis.commands.multi();
    pipeline.set(
      `whatsapp:state:${ownerId}`,
      superjson.stringify({ ...rest, qrCode: null, pairingCode: null }),
      'EX',
      LEASE_SECONDS,
    );
    if (code && status.expiresAt) {
      pipeline.set(
        `whatsapp:qr:${ownerId}`,
        JSON.stringify({ method: status.method, code }),
        'PXAT',
        status.expiresAt.getTime(),
      );
    } else pipeline.del(`whatsapp:qr:${ownerId}`);
    if (status.connected) {
      const { phoneNumber, name, connectedAt } = status;
      pipeline.set(`whatsapp:session:${ownerId}`, JSON.stringify({ userId: ownerId, phoneNumber, name, connectedAt }));
    } else pipeline.del(`whatsapp:session:${ownerId}`);
    await pipeline.exec();
  }

  async function fromRedis(ownerId: OwnerId): Promise<WhatsappStatus | null> {
    const [state, code] = await redis.commands.mget(`whatsapp:state:${ownerId}`, `whatsapp:qr:${ownerId}`);
    if (!state) return null;
    const status = whatsappStatus.parse(superjson.parse(state));
    if (!code) return status;
    const { method, code: value } = JSON.parse(code) as { method: string; code: string };
    return method === 'qr' ? { ...status, qrCode: value } : { ...status, pairingCode: value };
  }

  /** Nobody runs it at this moment: what the row says. */
  async function fromRow(ownerId: OwnerId): Promise<WhatsappStatus> {
    const row = await db.whatsappSession.findUnique({ where: { ownerId } });
    const known = knownOf(row);
    return known.linked && row?.wanted
      ? statusOf({ kind: 'reconnecting', reason: 'CONNECTION_LOST' }, known)
      : statusOf({ kind: 'resting', linked: known.linked }, known);
  }

  async function current(ownerId: OwnerId): Promise<WhatsappStatus> {
    const status = own.get(ownerId) ?? (await fromRedis(ownerId).catch(() => null)) ?? (await fromRow(ownerId));
    return withoutStaleCodes(status);
  }

  async function overview(ownerIds: readonly OwnerId[]): Promise<Map<OwnerId, WhatsappStatus>> {
    const elsewhere = ownerIds.filter((ownerId) => !own.has(ownerId));
    const kept = new Map<OwnerId, WhatsappStatus>();
    for (let at = 0; at < elsewhere.length; at += READ_AT_ONCE) {
      const some = elsewhere.slice(at, at + READ_AT_ONCE);
      const keys = some.map((ownerId) => `whatsapp:state:${ownerId}`);
      const states = await redis.commands.mget(keys).catch((error) => {
        logger.warn({ err: error }, 'the sessions of other processes could not be looked at');
        return [];
      });
      states.forEach((state, index) => {
        const ownerId = some[index];
        if (state && ownerId) kept.set(ownerId, whatsappStatus.parse(superjson.parse(state)));
      });
    }
    for (const ownerId of ownerIds) {
      const status = own.get(ownerId);
      if (status) kept.set(ownerId, { ...status, qrCode: null, pairingCode: null });
    }
    return kept;
  }

  return {
    publish(ownerId, status) {
      own.set(ownerId, status);
      changes.emit(ownerId, status);
      write(() => save(ownerId, status));
      write(() => redis.commands.publish(CHANNEL, tellingOf(ownerId, status)));
    },
    forget(ownerId) {
      own.delete(ownerId);
    },
    async withdrawAll() {
      for (const ownerId of own.keys()) {
        own.delete(ownerId);
        write(() =>
          redis.commands.del(`whatsapp:state:${ownerId}`, `whatsapp:qr:${ownerId}`, `whatsapp:session:${ownerId}`),
        );
        write(async () => redis.commands.publish(CHANNEL, tellingOf(ownerId, await fromRow(ownerId))));
      }
      await writes;
    },
    async refresh() {
      for (const [ownerId, status] of own) {
        if (status.status !== 'disconnected' && status.status !== 'not_connected')
          write(() => save(ownerId, withoutStaleCodes(status)));
      }
      await writes;
    },
    current,
    overview,
    async *watch(ownerId, signal) {
      const queue: WhatsappStatus[] = [];
      let wake = () => {};
      const onChange = (status: WhatsappStatus) => {
        queue.push(status);
        wake();
      };
      const onAbort = () => wake();
      changes.on(ownerId, onChange);
      signal.addEventListener('abort', onAbort);
      try {
        yield await current(ownerId);
        while (!signal.aborted) {
          const next = queue.shift();
          if (next) yield withoutStaleCodes(next);
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        changes.off(ownerId, onChange);
        signal.removeEventListener('abort', onAbort);
      }
    },
  };
}
