import type { OwnerId } from '@/server/auth/owner-id';
import { ownerIdOfRow } from '@/server/auth/owner-id';
import { AppError, isAppError } from '@/server/errors';
import type { Bus } from '@/server/events/bus';
import { renewLeases, RENEW_EVERY_MS } from './lease';
import type { WhatsappStatus } from './schema';
import { createSession, type Session } from './session';
import type { SessionDeps } from './session-machine';
import { findSessionRow } from './session-row';
import { isSettled } from './session-status';

/** How long a caller who asked to connect waits for something to look at (contract.md). */
const ANSWER_WITHIN_MS = 25_000;
/** Three beats are a lease's term. */
const RESTORE_EVERY_BEATS = 3;
/** How long an unlink waits for a stopped session to come up and tell WhatsApp. */
const UNLINK_WITHIN_MS = 45_000;

export type Registry = ReturnType<typeof createRegistry>;

type RegistryDeps = SessionDeps & { bus: Bus; startConcurrency: number };

/** The singleton: every session of this process, one per owner. */
export function createRegistry(deps: RegistryDeps) {
  const { db, board, bus, files, nodeId, logger } = deps;
  const sessions = new Map<OwnerId, Session>();
  let heartbeat: NodeJS.Timeout | null = null;
  let stopRinging: (() => void) | null = null;
  let closing = false;
  let restoring: Promise<void> | null = null;
  let beats = 0;

  /** The slot is taken here, before anybody awaits: twenty callers at once get one session. */
  function slotOf(ownerId: OwnerId): Session {
    if (closing) throw new AppError('SHUTTING_DOWN');
    const found = sessions.get(ownerId);
    if (found) return found;
    const session = createSession(deps, ownerId);
    sessions.set(ownerId, session);
    return session;
  }

  async function waitFor(
    ownerId: OwnerId,
    ms: number,
    enough: (status: WhatsappStatus) => boolean,
  ): Promise<WhatsappStatus> {
    let last = await board.current(ownerId);
    for await (const status of board.watch(ownerId, AbortSignal.timeout(ms))) {
      last = status;
      if (enough(status)) break;
    }
    return last;
  }

  async function connect(ownerId: OwnerId, phone: string | null): Promise<WhatsappStatus> {
    await slotOf(ownerId).connect(phone);
    return waitFor(ownerId, ANSWER_WITHIN_MS, (status) => isSettled(status, phone !== null));
  }

  /** Restores what was connected, a few at a time; each has its turn until it is settled. Those that another process runs are left. */
  async function restoreWanted(): Promise<void> {
    const rows = await db.whatsappSession.findMany({
      where: { wanted: true, linkedAt: { not: null } },
      orderBy: { updatedAt: 'desc' },
      select: { ownerId: true },
    });
    const waiting = rows.map(ownerIdOfRow).filter((ownerId) => !sessions.get(ownerId)?.running());
    const turn = async () => {
      for (let ownerId = waiting.shift(); ownerId && !closing; ownerId = waiting.shift()) {
        await connect(ownerId, null).catch((error) => {
          if (!isAppError(error, 'SESSION_ELSEWHERE'))
            logger.error({ err: error, ownerId }, 'a session could not be restored');
        });
      }
    };
    await Promise.all(Array.from({ length: deps.startConcurrency }, turn));
  }

  async function tidyFiles(): Promise<void> {
    const rows = await db.whatsappSession.findMany({ select: { ownerId: true, generation: true } });
    for (const row of rows) {
      await files
        .quarantineBefore(ownerIdOfRow(row), row.generation)
        .catch((error) =>
          logger.error({ err: error, ownerId: row.ownerId }, 'old credentials could not be moved away'),
        );
    }
  }

  async function beat(): Promise<void> {
    const held = await renewLeases(db, nodeId);
    for (const [ownerId, session] of sessions) {
      const epoch = session.epoch();
      if (epoch !== null && held.get(ownerId) !== epoch) {
        logger.warn({ ownerId }, 'another process has taken over this session');
        await session.halt();
      }
    }
    await board.refresh();
    // a session whose holder is gone is taken over, and one that could not be restored has another turn
    beats += 1;
    if (beats % RESTORE_EVERY_BEATS === 0) restore();
  }

  function restore(): void {
    restoring ??= restoreWanted()
      .catch((error) => logger.error({ err: error }, 'sessions could not be restored'))
      .finally(() => {
        restoring = null;
      });
  }

  return {
    status: board.current,
    watch: board.watch,
    connect,

    /** Stops and keeps the link, or ends it for good. Throws NO_WHATSAPP_SESSION where there is nothing to stop. */
    async disconnect(ownerId: OwnerId, unlink: boolean): Promise<WhatsappStatus> {
      const row = await findSessionRow(db, ownerId);
      const session = slotOf(ownerId);
      if (!session.running() && !row?.linkedAt) throw new AppError('NO_WHATSAPP_SESSION');
      if (!unlink) await session.stop();
      else {
        if (!session.running() && row?.linkedAt) {
          await session.connect(null);
          await waitFor(ownerId, UNLINK_WITHIN_MS, ({ status }) => status === 'connected' || status === 'error');
        }
        await session.unlink();
      }
      return board.current(ownerId);
    },

    /** Starts a stopped session whose link was kept. Throws NO_WHATSAPP_SESSION. */
    async restore(ownerId: OwnerId): Promise<WhatsappStatus> {
      const row = await findSessionRow(db, ownerId);
      if (!row?.linkedAt) throw new AppError('NO_WHATSAPP_SESSION');
      return connect(ownerId, null);
    },

    async restart(ownerId: OwnerId): Promise<WhatsappStatus> {
      const row = await findSessionRow(db, ownerId);
      const session = slotOf(ownerId);
      if (!session.running() && !row?.linkedAt) throw new AppError('NO_WHATSAPP_SESSION');
      await session.restart();
      return waitFor(ownerId, ANSWER_WITHIN_MS, (status) => isSettled(status, false));
    },

    /** The connected engine of an owner. Throws WHATSAPP_NOT_CONNECTED. */
    engineOf: (ownerId: OwnerId) => slotOf(ownerId).engine(),

    /** A row may wait to be sent. */
    kick: (ownerId: OwnerId) => sessions.get(ownerId)?.kick(),

    /** Begins to run sessions: restores in the background, keeps the leases, hears of rows that other processes wrote. */
    async start(): Promise<void> {
      await files.prepare();
      await tidyFiles();
      stopRinging = bus.onRing((ownerId, type) => {
        if (type === 'message.created') sessions.get(ownerId as OwnerId)?.kick();
      });
      heartbeat = setInterval(() => {
        beat().catch((error) => logger.warn({ err: error }, 'leases could not be renewed'));
      }, RENEW_EVERY_MS);
      restore();
    },

    async stop(): Promise<void> {
      closing = true;
      if (heartbeat) clearInterval(heartbeat);
      stopRinging?.();
      await Promise.all([...sessions.values()].map((session) => session.shutDown()));
      await board.withdrawAll();
    },
  };
}
