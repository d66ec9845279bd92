import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '@/server/db';
import type { Logger } from '@/server/logger';
import type { Engine, EngineEvent } from './engine';
import { type Gap, noteRecovered } from './gap';
import { createInOrder } from './in-order';
import { createAskFirst } from './ask-first';
import { insist } from './insist';
import { countSkipped, type IngestScope, ingestMessage } from './ingest';
import { type Lease, LeaseLost } from './lease';
import { createReadIn } from './read-in';
import { type Saying, settleTogether } from './settle-together';
import type { WhatsappStatus } from './schema';
import { markUnconfirmed } from './lost-sends';
import { createSender } from './sender';
import { guarded, noteUpToDate } from './session-row';

export type ContentEvent = Exclude<EngineEvent, { type: 'state' }>;
type MessageEvent = Extract<EngineEvent, { type: 'message' }>;

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

/** How often the chats are read in again when that fails. */
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
  const hasEnded = () => ending.signal.aborted;
  const readIn = createReadIn({ scope, engine, logger, gap, onRecovered, inOrder, signal: ending.signal });
  let caughtUp = false;
  let gaveUp = false;
  const storing = new Set<Promise<void>>();
  const sender = createSender({
    scope,
    engine,
    logger,
    inOrder,
    note: (saying) => inOrder.together(settleForSure, saying),
  });

  async function store({ message }: MessageEvent): Promise<void> {
    if (message.chatKind !== 'direct') return onSkipped(await countSkipped(scope, message.chatKind));
    if (await ingestMessage(scope, message)) noteRecovered(gap, message);
  }

  /** Only a message that fails time after time on a database that answers is given up, loudly; what comes later waits behind it. */
  async function storeForSure(event: MessageEvent): Promise<void> {
    try {
      await insist(db, () => store(event), { hasEnded });
    } catch (error) {
      gaveUp = true;
      if (!(error instanceof LeaseLost)) logger.error({ err: error, ownerId }, 'a message could not be stored');
    }
  }

  /** A message of a chat that is not read in yet waits for that; one that the end overtakes is read in after the next start. */
  async function storeInTurn(event: MessageEvent): Promise<void> {
    if (!caughtUp && event.message.chatKind === 'direct') {
      await readIn.before(event.message).catch(() => {});
      gaveUp ||= hasEnded();
      if (hasEnded()) return;
    }
    return inOrder(() => storeForSure(event));
  }

  /** What is said of own messages, many at once; one that cannot be written does not keep the others from it. */
  async function settleForSure(sayings: Saying[]): Promise<void[]> {
    try {
      await insist(db, () => settleTogether(scope, sayings), { hasEnded });
    } catch (error) {
      if (error instanceof LeaseLost || hasEnded() || sayings.length === 1) throw error;
      for (const saying of sayings) await settleForSure([saying]).catch(tellUnsettled);
    }
    return [];
  }

  function tellUnsettled(error: unknown): void {
    if (error instanceof LeaseLost) return;
    logger.error({ err: error, ownerId }, 'what was said of a message could not be stored');
  }

  async function catchUp(): Promise<void> {
    for (let attempt = 1; attempt <= TRIES && !hasEnded(); attempt++) {
      try {
        await readIn.all();
        if (hasEnded()) return;
        await noteUpToDate(db, lease);
        caughtUp = true;
        return;
      } catch (error) {
        if (error instanceof LeaseLost || hasEnded()) return;
        logger.warn({ err: error, ownerId, attempt }, 'the chats could not be read in yet');
        await sleep(2_000 * attempt, undefined, { signal: ending.signal }).catch(() => {});
      }
    }
  }

  const markLost = () => guarded(db, lease, (tx) => markUnconfirmed(tx, ownerId, ownNumber));
  const opened = inOrder(markLost)
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
      const stored: Promise<void> =
        event.type === 'ack'
          ? inOrder
              .together(settleForSure, { kind: 'ack', messageId: event.messageId, ack: event.ack })
              .catch(tellUnsettled)
          : storeInTurn(event);
      storing.add(stored);
      void stored.finally(() => storing.delete(stored));
    },
    kick: sender.kick,
    isUpToDate: () => caughtUp && !gaveUp && storing.size === 0,
    async stop() {
      ending.abort();
      await sender.stop();
      await opened;
      await Promise.all(storing);
      await inOrder(async () => {});
    },
  };
}
