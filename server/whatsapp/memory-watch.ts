import type { OwnerId } from '@/server/auth/owner-id';
import type { Logger } from '@/server/logger';

/** A connected session, as the watch needs it. */
export type Watched = {
  ownerId: OwnerId;
  /** Bytes; null where it cannot be told. */
  memory: () => Promise<number | null>;
  /** Starts its engine anew if nothing is on its way and nothing came for this long (ms); the link is kept. False: it was not idle. */
  recycle: (idleMs: number) => Promise<boolean>;
};

export type MemoryWatch = {
  start(): void;
  stop(): void;
  /** Measures every session once, and recycles one of those above the budget. */
  look(): Promise<void>;
  /** The last measure of each connected session, bytes. */
  readings(): ReadonlyMap<OwnerId, number>;
};

const EVERY_MS = 30_000;
const IDLE_MS = 60_000;
/** A session that is large because its chats are is not started anew all day long. */
const AGAIN_MS = 30 * 60_000;
const MB = 1024 * 1024;

/** Keeps sessions below their memory budget: a browser that has grown for hours is exchanged for a fresh one while nobody needs it. */
export function createMemoryWatch(deps: {
  budgetMb: number;
  sessions: () => Watched[];
  logger: Logger;
  idleMs?: number;
}): MemoryWatch {
  const { budgetMb, sessions, logger, idleMs = IDLE_MS } = deps;
  const recycled = new Map<OwnerId, number>();
  let readings = new Map<OwnerId, number>();
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> | null = null;

  async function measure(): Promise<void> {
    const measured = new Map<OwnerId, number>();
    const large: Watched[] = [];
    for (const session of sessions()) {
      const bytes = await session.memory().catch(() => null);
      if (bytes === null) continue;
      measured.set(session.ownerId, bytes);
      if (bytes > budgetMb * MB) large.push(session);
    }
    readings = measured;
    for (const session of large) if (await recycleOne(session)) return;
  }

  /** One at a time: a start costs more than what it is to save. */
  async function recycleOne({ ownerId, recycle }: Watched): Promise<boolean> {
    if (Date.now() - (recycled.get(ownerId) ?? 0) < AGAIN_MS) return false;
    if (!(await recycle(idleMs))) return false;
    recycled.set(ownerId, Date.now());
    const mb = Math.round((readings.get(ownerId) ?? 0) / MB);
    logger.warn({ ownerId, mb, budgetMb }, 'a session above its memory budget was started anew');
    return true;
  }

  function look(): Promise<void> {
    looking ??= measure()
      .catch((error) => logger.error({ err: error }, 'the memory of sessions could not be looked after'))
      .finally(() => {
        looking = null;
      });
    return looking;
  }

  return {
    look,
    readings: () => readings,
    start() {
      timer ??= setInterval(() => void look(), EVERY_MS);
      timer.unref();
    },
    stop() {
      if (timer) clearInterval(timer);
      timer = null;
    },
  };
}
