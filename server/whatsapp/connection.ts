import { setTimeout as sleep } from 'node:timers/promises';
import { type Db, isDatabaseAway } from '@/server/db';
import type { Logger } from '@/server/logger';
import type { Engine, EngineEvent } from './engine';
import { type Gap, noteRecovered } from './gap';
import { createInOrder } from './in-order';
import { createAskFirst } from './ask-first';
import { countSkipped, type IngestScope, ingestAck, ingestMessage } from './ingest';
import { type Lease, LeaseLost } from './lease';
import { readIn } from './read-in';
import type { WhatsappStatus } from './schema';
import { createSender, markUnconfirmed } from './sender';
import { noteUpToDate } from './session-row';

export type ContentEvent = Exclude<EngineEvent, { type: 'state' }>;

/** The part of a session that lives while its engine is ready: everything that comes in is stored in order, what waits goes out. */
export type Connection = {
  handle(event: ContentEvent): void;
  kick(): void;
  /** Everything that WhatsApp said until now is stored, what was missed before among it. */
  isUpToDate(): boolean;
  /** For how long nothing came in and nothing was on its way, ms. */
  idleFor(): number;
  /** What came in is stored, what is on its way is recorded; then nothing more is. */
  stop(): Promise<void>;
};

type Parts = {
  db: Db;
  lease: Lease;
  ownNumber: string;
  engine: Engine;
  logger: Logger;
  /** The time away that this connection ends; null: there was none. */
  gap: Gap | null;
  onRecovered: (gap: Gap) => void;
  onSkipped: (skipped: WhatsappStatus['skipped']) => void;
};

const TRIES = 5;

export function createConnection(parts: Parts): Connection {
  const { db, lease, ownNumber, engine, logger, gap, onRecovered, onSkipped } = parts;
  const { ownerId } = lease;
  const scope: IngestScope = {
    db,
    lease,
    ownerId,
    ownNumber,
    askFirst: createAskFirst({ db, ownerId, ownNumber, engine, logger }),
  };
  const inOrder = createInOrder();
  const ending = new AbortController();
  let caughtUp = false;
  let waiting = 0;
  const sender = createSender({ scope, engine, logger, inOrder });

  async function store(event: ContentEvent): Promise<void> {
    switch (event.type) {
      case 'message':
        if (event.message.chatKind === 'direct') {
          if (await ingestMessage(scope, event.message)) noteRecovered(gap, event.message);
        } else {
          onSkipped(await countSkipped(scope, event.message.chatKind));
        }
        return;
      case 'ack':
        return ingestAck(scope, event.messageId, event.ack);
      default:
        return event satisfies never;
    }
  }

  /**
   * What came in must be stored: while the database is away this waits for it, and what comes later waits behind. Only an event
   * that fails time after time on a database that answers is given up, loudly.
   */
  async function storeForSure(event: ContentEvent): Promise<void> {
    for (let attempt = 1; ; ) {
      try {
        return await store(event);
      } catch (error) {
        if (error instanceof LeaseLost) return;
        // one with a full disk answers too, and is waited for
        if (!isDatabaseAway(error) && (await databaseAnswers(db))) attempt += 1;
        if (attempt > TRIES || ending.signal.aborted) {
          logger.error({ err: error, ownerId, type: event.type }, 'an event could not be stored');
          return;
        }
        await sleep(Math.min(200 * attempt, 2_000));
      }
    }
  }

  async function catchUp(): Promise<void> {
    for (let attempt = 1; attempt <= TRIES && !ending.signal.aborted; attempt++) {
      try {
        await readIn({ scope, engine, logger, gap, onRecovered, inOrder, signal: ending.signal });
        if (ending.signal.aborted) return;
        await noteUpToDate(db, lease);
        caughtUp = true;
        return;
      } catch (error) {
        if (error instanceof LeaseLost || ending.signal.aborted) return;
        logger.warn({ err: error, ownerId, attempt }, 'the chats could not be read in yet');
        await sleep(2_000 * attempt, undefined, { signal: ending.signal }).catch(() => {});
      }
    }
  }

  const opened = inOrder(() => markUnconfirmed(scope))
    .catch((error) => logger.error({ err: error, ownerId }, 'sends of unknown fate could not be marked'))
    .then(() => {
      sender.kick();
      return catchUp();
    });

  let lastAt = Date.now();
  let reading = true;
  void opened.finally(() => {
    reading = false;
    lastAt = Date.now();
  });

  return {
    idleFor: () => (reading || sender.busy() ? 0 : Date.now() - lastAt),
    handle(event) {
      lastAt = Date.now();
      waiting += 1;
      void inOrder(() => storeForSure(event)).finally(() => {
        waiting -= 1;
      });
    },
    kick: sender.kick,
    isUpToDate: () => caughtUp && waiting === 0,
    async stop() {
      ending.abort();
      await sender.stop();
      await opened;
      await inOrder(async () => {});
    },
  };
}

async function databaseAnswers(db: Db): Promise<boolean> {
  return db.$queryRaw`SELECT 1`.then(
    () => true,
    () => false,
  );
}
