import type { OwnerId } from '@/server/auth/owner-id';
import { AppError } from '@/server/errors';
import type { Watched } from './memory-watch';
import type { SessionDeps } from './session-deps';
import { createSessionMachine } from './session-machine';
import { findSessionRow, setWanted } from './session-row';
import type { Phase } from './session-status';

export type Session = ReturnType<typeof createSession>;

/** One owner's session in this process: what people and the registry ask of it, each in the machine's one order. */
export function createSession(deps: SessionDeps, ownerId: OwnerId) {
  const { db, logger } = deps;
  const machine = createSessionMachine(deps, ownerId);
  const { inOrder, begin, end, rest, leases } = machine;

  return {
    running: machine.busy,
    /** Connected, and everything that WhatsApp said until now is stored. */
    upToDate: () => machine.phase().kind === 'connected' && (machine.run()?.connection?.isUpToDate() ?? false),
    epoch: () => machine.run()?.lease.epoch ?? null,
    halt: machine.halt,
    kick: () => machine.run()?.connection?.kick(),

    /** Starts if nothing runs; with a phone, asks for a pairing code. Returns at once when it is under way already. */
    connect(phone: string | null): Promise<void> {
      return inOrder(async () => {
        const phase = machine.phase();
        if (phone && phase.kind === 'connected') throw new AppError('WHATSAPP_ALREADY_CONNECTED');
        const run = machine.run();
        if (run && phone && phase.kind === 'pairing') {
          await run.engine.pairWithCode?.(phone).catch((error) => {
            throw new AppError('PAIRING_NOT_POSSIBLE', { cause: error });
          });
          return;
        }
        machine.askedFor(phone);
        if (!run) await begin();
      });
    },

    /** Starts what should run. Its owner may have stopped it since that was looked up, or it waits for its own next try. */
    restore(): Promise<void> {
      return inOrder(async () => {
        if (machine.busy()) return;
        const row = await findSessionRow(db, ownerId);
        if (!row?.wanted || row.linkedAt === null) return;
        machine.askedFor(null);
        await begin();
      });
    },

    /** Stops and keeps the link. */
    stop(): Promise<void> {
      return inOrder(async () => {
        const lease = await leases.take(await end());
        const { linked } = machine.learn(await setWanted(db, lease, false));
        const resting: Phase = { kind: 'resting', linked };
        await rest(null, resting);
        await machine.tell(lease);
        await leases.letGo(lease);
      });
    },

    /** Unlinks the phone for good. Where WhatsApp cannot be told, the link is forgotten here all the same. */
    unlink(): Promise<void> {
      return inOrder(async () => {
        const told = await machine.run()?.engine.logout();
        if (!told?.unlinked) logger.warn({ ownerId }, 'WhatsApp could not be told of the unlink');
        await machine.endLink('USER_UNLINKED');
      });
    },

    /** What the memory watch needs of it; null unless connected. */
    watched(): Watched | null {
      const run = machine.run();
      const { connection } = run ?? {};
      if (!run || !connection || machine.phase().kind !== 'connected') return null;
      return {
        ownerId,
        memory: async () => (await run.engine.memory?.()) ?? null,
        recycle: (idleMs) =>
          inOrder(async () => {
            if (machine.run() !== run || connection.idleFor() < idleMs) return false;
            machine.comingBack('RECYCLING');
            await end();
            await machine.retry();
            return true;
          }),
      };
    },

    restart(): Promise<void> {
      return inOrder(async () => {
        await end();
        machine.askedFor(null);
        machine.comingBack();
        await begin();
      });
    },

    /** The process ends: the link, and the wish to be connected, stay. */
    shutDown(): Promise<void> {
      return inOrder(async () => {
        const ending = await end();
        if (ending) await leases.letGo(ending.lease);
      });
    },

    /** The engine, for calls that need a connection. Throws WHATSAPP_NOT_CONNECTED. */
    engine() {
      const run = machine.run();
      const phase = machine.phase();
      if (!run || phase.kind !== 'connected') throw new AppError('WHATSAPP_NOT_CONNECTED');
      return { engine: run.engine, lease: run.lease, ownNumber: phase.phone };
    },
  };
}
