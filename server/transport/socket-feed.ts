import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnerId } from '@/server/auth/owner-id';
import { follow, headOf } from '@/server/events/log';
import type { Deps } from '@/server/trpc';
import type { WhatsappStatus } from '@/server/whatsapp/schema';
import { withoutStaleCodes } from '@/server/whatsapp/session-status';
import { type Told, toldOfChange } from './socket-events';
import { createMessageTeller } from './socket-messages';

const AGAIN_AFTER_MS = 1_000;

export type Feed = {
  /** How things are for whoever comes later than the first; the first hears it as soon as it is known. */
  present(): Told[];
  close(): void;
};

/**
 * What happens to one owner from now on, for the sockets of this process: a follower of the log for messages, and of the status board
 * for the link. A database that is away is waited for, and nothing is left out.
 */
export function createFeed(deps: Deps, ownerId: OwnerId, tell: (told: Told) => void): Feed {
  const { db, bus, registry, logger } = deps;
  const ending = new AbortController();
  const { signal } = ending;
  const toldOf = createMessageTeller(db, ownerId);
  let last: WhatsappStatus | null = null;
  let cursor: number | null = null;

  async function untilClosed(work: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      try {
        await work();
      } catch (error) {
        if (signal.aborted) return;
        logger.warn({ err: error, ownerId }, 'sockets could not be told for a moment');
        await sleep(AGAIN_AFTER_MS, undefined, { signal }).catch(() => {});
      }
    }
  }

  async function followLog(): Promise<void> {
    if (cursor === null) return;
    for await (const event of follow({ db, bus }, ownerId, cursor, signal)) {
      const told = await toldOf(event);
      cursor = event.seq;
      if (signal.aborted) return;
      told.forEach(tell);
    }
  }

  async function followStatus(): Promise<void> {
    for await (const status of registry.watch(ownerId, signal)) {
      if (signal.aborted) return;
      const told = toldOfChange(last, status);
      last = status;
      told.forEach(tell);
    }
  }

  // where the log stands is known before the first socket is told how things are: whatever comes after that, it hears
  void untilClosed(async () => {
    cursor ??= await headOf(db, ownerId);
    await Promise.all([untilClosed(followLog), untilClosed(followStatus)]);
  });

  return {
    present: () => (last ? toldOfChange(null, withoutStaleCodes(last)) : []),
    close: () => ending.abort(),
  };
}
