import { type OwnerId, ownerIdOfRow } from '@/server/auth/owner-id';
import { AppError, isAppError } from '@/server/errors';
import type { Bus } from '@/server/events/bus';
import type { RedisClients } from '@/server/redis';
import type { ChatId } from './engine';
import { createMemoryWatch } from './memory-watch';
import { renewLeases, RENEW_EVERY_MS } from './lease';
import { type Answer, type Operation, perform } from './operations';
import { createRemoteCalls } from './remote-calls';
import type { WhatsappStatus } from './schema';
import { createSession, type Session } from './session';
import type { SessionDeps } from './session-deps';
import { findHolder, findSessionRow, listWanted } from './session-row';
import { isSettled } from './session-status';

/** How long a caller who asked to connect waits for something to look at (contract.md). */
const ANSWER_WITHIN_MS = 25_000;
/** How long an unlink waits for a stopped session to come up and tell WhatsApp. */
const UNLINK_WITHIN_MS = 45_000;
/** Three beats are a lease's term. */
const RESTORE_EVERY_BEATS = 3;

export type Registry = ReturnType<typeof createRegistry>;

type RegistryDeps = SessionDeps & {
  bus: Bus;
  redis: RedisClients;
  startConcurrency: number;
  /** A session above its budget is started anew when it was idle for `idleMs` (a minute). */
  memory: { budgetMb: number; idleMs?: number };
};

/**
 * The singleton: every session of this process, one per owner. A session runs in the one process that holds its lease; what is
 * asked here of a session that runs elsewhere is carried out there.
 */
export function createRegistry(deps: RegistryDeps) {
  const { db, board, bus, files, nodeId, logger } = deps;
  const sessions = new Map<OwnerId, Session>();
  let heartbeat: NodeJS.Timeout | null = null;
  let stopHearing: (() => void)[] = [];
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

  const memory = createMemoryWatch({
    ...deps.memory,
    logger,
    sessions: () => [...sessions.values()].flatMap((session) => session.watched() ?? []),
  });

  const remote = createRemoteCalls({ ...deps, handle: (ownerId, operation) => perform(slotOf(ownerId), operation) });

  /** Here if the session runs here or nowhere, else where it runs. */
  async function run<Wanted extends Operation>(ownerId: OwnerId, operation: Wanted): Promise<Answer<Wanted['name']>> {
    const session = slotOf(ownerId);
    const holder = session.running() ? null : await findHolder(db, ownerId);
    if (holder && holder !== nodeId) {
      const answered = await remote.call(holder, ownerId, operation);
      if (answered) return answered.answer as Answer<Wanted['name']>;
    }
    // nobody else has it; or its holder is gone, and the lease decides
    return (await perform(session, operation)) as Answer<Wanted['name']>;
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
    await run(ownerId, { name: 'connect', phone });
    return waitFor(ownerId, ANSWER_WITHIN_MS, (status) => isSettled(status, phone !== null));
  }

  /** What there is to stop or start again. Throws NO_WHATSAPP_SESSION. */
  async function assertSession(ownerId: OwnerId): Promise<{ linked: boolean; stopped: boolean }> {
    const row = await findSessionRow(db, ownerId);
    const here = sessions.get(ownerId)?.running() ?? false;
    const linked = row !== null && row.linkedAt !== null;
    const running = here || (row?.holder !== null && row !== null && row.holder !== nodeId);
    if (!linked && !running) throw new AppError('NO_WHATSAPP_SESSION');
    return { linked, stopped: !running };
  }

  /** Restores what was connected, a few at a time; each has its turn until it is settled. Those that another process runs are left. */
  async function restoreWanted(): Promise<void> {
    const waiting = (await listWanted(db)).filter((ownerId) => !sessions.get(ownerId)?.running());
    const turn = async () => {
      for (let ownerId = waiting.shift(); ownerId && !closing; ownerId = waiting.shift()) {
        try {
          await slotOf(ownerId).restore();
          await waitFor(ownerId, ANSWER_WITHIN_MS, (status) => isSettled(status, false));
        } catch (error) {
          if (!isAppError(error, 'SESSION_ELSEWHERE'))
            logger.error({ err: error, ownerId }, 'a session could not be restored');
        }
      }
    };
    await Promise.all(Array.from({ length: deps.startConcurrency }, turn));
  }

  function restore(): void {
    restoring ??= restoreWanted()
      .catch((error) => logger.error({ err: error }, 'sessions could not be restored'))
      .finally(() => {
        restoring = null;
      });
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
    const upToDate = [...sessions].flatMap(([ownerId, session]) => (session.upToDate() ? [ownerId] : []));
    const held = await renewLeases(db, nodeId, upToDate);
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

  return {
    status: board.current,
    overview: board.overview,
    watch: board.watch,
    connect,

    /** Stops and keeps the link, or ends it for good. Throws NO_WHATSAPP_SESSION where there is nothing to stop. */
    async disconnect(ownerId: OwnerId, unlink: boolean): Promise<WhatsappStatus> {
      const { linked, stopped } = await assertSession(ownerId);
      if (!unlink) await run(ownerId, { name: 'stop' });
      else {
        // WhatsApp is told by a session that is connected
        if (linked && stopped) {
          await run(ownerId, { name: 'connect', phone: null });
          await waitFor(ownerId, UNLINK_WITHIN_MS, ({ status }) => status === 'connected' || status === 'error');
        }
        await run(ownerId, { name: 'unlink' });
      }
      return board.current(ownerId);
    },

    /** Starts a stopped session whose link was kept. Throws NO_WHATSAPP_SESSION. */
    async restore(ownerId: OwnerId): Promise<WhatsappStatus> {
      const { linked } = await assertSession(ownerId);
      if (!linked) throw new AppError('NO_WHATSAPP_SESSION');
      return connect(ownerId, null);
    },

    async restart(ownerId: OwnerId): Promise<WhatsappStatus> {
      await assertSession(ownerId);
      await run(ownerId, { name: 'restart' });
      return waitFor(ownerId, ANSWER_WITHIN_MS, (status) => isSettled(status, false));
    },

    /** Asks WhatsApp about a number (E.164). Throws WHATSAPP_NOT_CONNECTED or WHATSAPP_UNAVAILABLE. */
    resolve: (ownerId: OwnerId, phone: string) => run(ownerId, { name: 'resolve', phone }),

    /** Sends a read receipt for a chat of `ownNumber`. Throws as `resolve` does. */
    markRead: (ownerId: OwnerId, ownNumber: string, chatId: ChatId) =>
      run(ownerId, { name: 'markRead', ownNumber, chatId }),

    /** Measured every 30 s; tests look when they please. */
    memory,

    /** A row may wait to be sent. */
    kick: (ownerId: OwnerId) => sessions.get(ownerId)?.kick(),

    /** Begins to run sessions: restores in the background, keeps the leases, hears of rows that other processes wrote. */
    async start(): Promise<void> {
      await files.prepare();
      // what it could not move away waits for the next start
      await tidyFiles().catch((error) => logger.error({ err: error }, 'old credentials were not looked for'));
      const beatNow = () => void beat().catch((error) => logger.warn({ err: error }, 'leases could not be renewed'));
      stopHearing = [
        bus.onRing((ownerId, type) => {
          if (type === 'message.created') sessions.get(ownerIdOfRow({ ownerId }))?.kick();
        }),
        // a database that was away may have been so for longer than the term
        bus.onReturn(beatNow),
      ];
      memory.start();
      heartbeat = setInterval(beatNow, RENEW_EVERY_MS);
      restore();
    },

    async stop(): Promise<void> {
      closing = true;
      if (heartbeat) clearInterval(heartbeat);
      memory.stop();
      for (const stop of stopHearing) stop();
      remote.close();
      await Promise.all([...sessions.values()].map((session) => session.shutDown()));
      await board.withdrawAll();
    },
  };
}
