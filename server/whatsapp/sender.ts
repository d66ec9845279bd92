import { setTimeout as sleep } from 'node:timers/promises';
import { toMessage } from '@/server/chats/dto';
import type { MessageErrorCode } from '@/server/chats/schema';
import type { Db, Tx } from '@/server/db';
import { appendEvent } from '@/server/events/log';
import type { Logger } from '@/server/logger';
import { type ChatId, type Engine, EngineError, type EngineMessage } from './engine';
import type { IngestScope } from './ingest';
import { fence, LeaseLost } from './lease';
import { settle } from './sent';

/**
 * The session's own ordered sender. The rows are the queue: it takes the oldest `queued` row of this owner and number, writes down
 * that it is about to hand it over, hands it over, and records what came of it. A row that was handed over is never sent again by
 * itself: after a crash between the two it stays `queued` with SEND_UNCONFIRMED until its id shows up in the chat.
 */
export type Sender = {
  /** There may be something to send. */
  kick(): void;
  /** Whether a row is on its way. */
  busy(): boolean;
  /** Takes no further row, and waits for the one on its way. */
  stop(): Promise<void>;
};

type Parts = {
  scope: IngestScope;
  engine: Engine;
  logger: Logger;
  /** Runs work in the session's one order of events, so that an ack or an echo never crosses the record of its own send. */
  inOrder: <Result>(work: () => Promise<Result>) => Promise<Result>;
};

/** How often a database that answers may refuse one record. */
const TRIES = 5;

export function createSender({ scope, engine, logger, inOrder }: Parts): Sender {
  const { db, ownerId, ownNumber, lease } = scope;
  let stopped = false;
  let asked = false;
  let running: Promise<void> | null = null;

  /**
   * Takes the oldest row that waits, and writes down that it leaves now and under which id. A row that goes a second time keeps its
   * id: should the first time have got through after all, WhatsApp takes it once.
   */
  async function takeNext() {
    return db.$transaction(async (tx) => {
      await fence(tx, lease);
      const row = await tx.message.findFirst({
        where: {
          ownerId,
          ownNumber,
          direction: 'outbound',
          status: 'queued',
          engineMessageId: null,
          handedOverAt: null,
        },
        orderBy: { position: 'asc' },
        include: { chat: { select: { engineChatId: true } } },
      });
      if (!row) return null;
      const sendToken = row.sendToken ?? engine.reserveId?.() ?? null;
      await tx.message.update({ where: { id: row.id }, data: { handedOverAt: new Date(), sendToken } });
      return { ...row, sendToken };
    });
  }

  /**
   * What became of a send must be written down: while the database is away this waits for it, holding up what comes later. A session
   * that stops meanwhile gives up, and so does one whose database answers and refuses: the id that the row has tells its fate at the
   * next start.
   */
  function record(work: (tx: Tx) => Promise<void>): Promise<void> {
    const attempt = () =>
      db.$transaction(async (tx) => {
        await fence(tx, lease);
        await work(tx);
      });
    return inOrder(async () => {
      for (let wait = 200, refused = 0; ; wait = Math.min(2 * wait, 2_000)) {
        try {
          return await attempt();
        } catch (error) {
          if (error instanceof LeaseLost || stopped) throw error;
          if (await databaseAnswers(db)) refused += 1;
          if (refused === TRIES) throw error;
          logger.warn({ err: error, ownerId }, 'what became of a send could not be written down yet');
          await sleep(wait);
        }
      }
    });
  }

  async function recordSent(rowId: string, sent: EngineMessage): Promise<void> {
    await record(async (tx) => {
      const row = await tx.message.findUniqueOrThrow({ where: { id: rowId } });
      // the echo may have settled it already
      if (row.engineMessageId === null) await settle(tx, scope, rowId, sent);
    });
  }

  async function recordFailure(
    rowId: string,
    change: { status?: 'failed'; errorCode: MessageErrorCode },
  ): Promise<void> {
    await record(async (tx) => {
      const row = await tx.message.findUniqueOrThrow({ where: { id: rowId } });
      if (row.engineMessageId !== null) return;
      const updated = await tx.message.update({ where: { id: rowId }, data: change });
      await appendEvent(tx, ownerId, { type: 'message.updated', message: toMessage(updated) });
    });
  }

  /** Sends one row; false when there is nothing more to do for now. */
  async function sendOne(): Promise<boolean> {
    const row = await takeNext();
    if (!row) return false;
    try {
      const { sendToken: token, text } = row;
      const sent = await engine.send(row.chat.engineChatId as ChatId, { kind: 'text', text }, { token });
      await recordSent(row.id, sent);
      return true;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      logger.warn({ ownerId, messageId: row.id, code: error.code, left: error.left }, 'a send failed');
      return handleFailure(row.id, error);
    }
  }

  async function handleFailure(rowId: string, error: EngineError): Promise<boolean> {
    if (error.left === 'unknown') {
      await recordFailure(rowId, { errorCode: 'SEND_UNCONFIRMED' });
      return true;
    }
    if (error.code === 'NOT_READY') {
      // it certainly did not leave: it waits for the connection to come back
      await record(async (tx) => {
        await tx.message.updateMany({ where: { id: rowId, engineMessageId: null }, data: { handedOverAt: null } });
      });
      return false;
    }
    const errorCode = error.code === 'CHAT_NOT_FOUND' ? 'CHAT_NOT_FOUND' : 'WHATSAPP_REFUSED';
    await recordFailure(rowId, { status: 'failed', errorCode });
    return true;
  }

  async function drain(): Promise<void> {
    while (asked && !stopped) {
      asked = false;
      try {
        while (!stopped && (await sendOne()));
      } catch (error) {
        if (error instanceof LeaseLost) stopped = true;
        else {
          logger.error({ err: error, ownerId }, 'the sender stumbled; it goes on with the next row in a moment');
          setTimeout(() => kick(), 1_000).unref();
        }
      }
    }
    running = null;
  }

  function kick(): void {
    asked = true;
    if (!stopped) running ??= drain();
  }

  return {
    kick,
    busy: () => running !== null,
    async stop() {
      stopped = true;
      await running;
    },
  };
}

const databaseAnswers = (db: Db): Promise<boolean> =>
  db.$queryRaw`SELECT 1`.then(
    () => true,
    () => false,
  );

/**
 * Rows that were on their way when the process or the engine ended: nobody can say whether they left, and the row says so.
 * Called before a new sender starts.
 */
export async function markUnconfirmed(scope: IngestScope): Promise<void> {
  const { db, ownerId, ownNumber, lease } = scope;
  await db.$transaction(async (tx) => {
    await fence(tx, lease);
    const rows = await tx.message.findMany({
      where: {
        ownerId,
        ownNumber,
        direction: 'outbound',
        status: 'queued',
        engineMessageId: null,
        handedOverAt: { not: null },
        errorCode: null,
      },
      orderBy: { position: 'asc' },
    });
    for (const { id } of rows) {
      const row = await tx.message.update({ where: { id }, data: { errorCode: 'SEND_UNCONFIRMED' } });
      await appendEvent(tx, ownerId, { type: 'message.updated', message: toMessage(row) });
    }
  });
}
