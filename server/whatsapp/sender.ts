import { endWebAttempt, takeBack } from '@/server/channels/web-attempts';
import { type MessageRow, toMessage } from '@/server/chats/dto';
import type { MessageErrorCode } from '@/server/chats/schema';
import { appendEvent } from '@/server/events/log';
import type { Logger } from '@/server/logger';
import type { Sql } from '@/server/sql';
import { type ChatId, type Engine, EngineError } from './engine';
import type { IngestScope } from './ingest';
import { insist } from './insist';
import { fence, LeaseLost } from './lease';
import type { Saying } from './settle-together';

/**
 * The session's own ordered sender. The rows are the queue: it takes the oldest `queued` row of this owner and number, writes down
 * that it is about to hand it over, hands it over, and records what came of it. Within a chat one row follows another. A row that was handed over is never sent again by
 * itself: after a crash between the two it stays `queued` with SEND_UNCONFIRMED until its id shows up in the chat.
 */
export type Sender = {
  /** There may be something to send. */
  kick(): void;
  /** Whether a row is on its way. */
  busy(): boolean;
  /** Takes no further row, and waits for those on their way. */
  stop(): Promise<void>;
};

type Parts = {
  scope: IngestScope;
  engine: Engine;
  logger: Logger;
  /** Runs work in the session's one order of events, so that an ack or an echo never crosses the record of its own send. */
  inOrder: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Writes down what became of a send, in that order too, many at once. */
  note: (saying: Saying) => Promise<void>;
};

type Taken = { id: string; chatId: string; text: string; sendToken: string | null; engineChatId: ChatId };

/** Only where each goes under an id of its own; else one at a time, for an echo must find its row by the text. */
const CHATS_AT_A_TIME = 8;

export function createSender({ scope, engine, logger, inOrder, note }: Parts): Sender {
  const { db, ownerId, ownNumber, lease } = scope;
  let stopped = false;
  let asked = false;
  let taking: Promise<void> | null = null;
  /** The engine said that it is not ready: whoever brings it back says so. */
  let waitForKick = false;
  /** Chats with a message on its way, and what each of these is doing. */
  const onItsWay = new Map<string, Promise<void>>();

  /**
   * Takes of each chat with nothing on its way the oldest row that waits, oldest chats first, and writes down that they leave now and under
   * which ids; one statement, that locks nothing when nothing waits. A row that goes a second time keeps its id: should the first time have
   * got through after all, WhatsApp takes it once.
   */
  async function takeRows(most: number): Promise<Taken[]> {
    const tokens = JSON.stringify(Array.from({ length: most }, () => engine.reserveId?.() ?? null));
    return db.sql.one<Taken>`
      WITH next AS MATERIALIZED (
        SELECT id, row_number() OVER (ORDER BY position) AS n FROM (
          SELECT DISTINCT ON (chat_id) id, position FROM message
          WHERE owner_id = ${ownerId}::uuid AND own_number = ${ownNumber} AND direction = 'outbound' AND status = 'queued'
            AND engine_message_id IS NULL AND handed_over_at IS NULL AND NOT (chat_id = ANY(${[...onItsWay.keys()]}::uuid[]))
          ORDER BY chat_id, position) oldest
        ORDER BY position LIMIT ${most}
      ), lease AS MATERIALIZED (
        SELECT 1 FROM whatsapp_session
        WHERE owner_id = ${ownerId}::uuid AND holder = ${lease.holder} AND epoch = ${lease.epoch} AND EXISTS (SELECT 1 FROM next)
        FOR SHARE
      )
      UPDATE message SET handed_over_at = now(), send_token = COALESCE(send_token, given.token)
      FROM next, jsonb_array_elements_text(${tokens}::jsonb) WITH ORDINALITY AS given(token, n), chat
      WHERE message.id = next.id AND given.n = next.n AND chat.id = message.chat_id AND EXISTS (SELECT 1 FROM lease)
        -- once more, for a row that somebody else changed meanwhile
        AND message.own_number = ${ownNumber} AND message.status = 'queued' AND message.handed_over_at IS NULL
      RETURNING message.id, message.chat_id, message.text, message.send_token, chat.engine_chat_id`;
  }

  /**
   * What became of a send must be written down: while the database is away this waits for it, holding up what comes later. A session
   * that stops meanwhile gives up, and so does one whose database answers and refuses: the id that the row has tells its fate at the
   * next start.
   */
  function record(work: (sql: Sql) => Promise<void>): Promise<void> {
    const attempt = () =>
      db.sql.transaction(async (sql) => {
        await fence(sql, lease);
        await work(sql);
      });
    return inOrder(() =>
      insist(db, attempt, {
        hasEnded: () => stopped,
        onRetry: (error) => logger.warn({ err: error, ownerId }, 'what became of a send could not be written down yet'),
      }),
    );
  }

  async function recordFailure(rowId: string, status: 'queued' | 'failed', errorCode: MessageErrorCode): Promise<void> {
    await record(async (sql) => {
      if (status === 'failed' && (await takeBack(sql, rowId, errorCode))) return;
      await endWebAttempt(sql, [rowId], 'unconfirmed', errorCode);
      const [row] = await sql<MessageRow>`
        UPDATE message SET status = ${status}::"MessageStatus", error_code = ${errorCode}
        WHERE id = ${rowId}::uuid AND engine_message_id IS NULL RETURNING *`;
      if (row) await appendEvent(sql, ownerId, { type: 'message.updated', message: toMessage(row) });
    });
  }

  async function sendOne({ id, chatId, text, sendToken: token, engineChatId }: Taken): Promise<void> {
    try {
      const message = await engine.send(engineChatId, { kind: 'text', text }, { token });
      // the next one of this chat need not wait for that: it is written down in order
      writeDown(note({ kind: 'sent', rowId: id, chatId, message }));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      logger.warn({ ownerId, messageId: id, code: error.code, left: error.left }, 'a send failed');
      await recordError(id, error);
    }
  }

  const unwritten = new Set<Promise<void>>();
  function writeDown(noted: Promise<void>): void {
    const written: Promise<void> = noted.catch(onTrouble).finally(() => unwritten.delete(written));
    unwritten.add(written);
  }

  async function recordError(rowId: string, error: EngineError): Promise<void> {
    if (error.left === 'unknown') return recordFailure(rowId, 'queued', 'SEND_UNCONFIRMED');
    if (error.code !== 'NOT_READY') {
      return recordFailure(rowId, 'failed', error.code === 'CHAT_NOT_FOUND' ? error.code : 'WHATSAPP_REFUSED');
    }
    // it certainly did not leave: it waits for the connection to come back, and the others with it
    waitForKick = true;
    await record(async (sql) => {
      await sql`UPDATE message SET handed_over_at = NULL WHERE id = ${rowId}::uuid AND engine_message_id IS NULL`;
    });
  }

  function onTrouble(error: unknown): void {
    if (error instanceof LeaseLost) stopped = true;
    else {
      logger.error({ err: error, ownerId }, 'the sender stumbled; it goes on with the next row in a moment');
      setTimeout(kick, 1_000).unref();
    }
  }

  /** Puts rows on their way while there are any, each chat's one after the other, several chats at a time. */
  async function take(): Promise<void> {
    const most = engine.reserveId?.() ? CHATS_AT_A_TIME : 1;
    while (asked && !stopped && !waitForKick && onItsWay.size < most) {
      asked = false;
      for (const row of await takeRows(most - onItsWay.size)) {
        const { chatId } = row;
        const sending = sendOne(row)
          .catch(onTrouble)
          .finally(() => {
            onItsWay.delete(chatId);
            goOn();
          });
        onItsWay.set(chatId, sending);
      }
    }
  }

  function goOn(): void {
    asked = true;
    if (stopped || waitForKick) return;
    taking ??= take()
      .catch(onTrouble)
      .finally(() => {
        taking = null;
        // somebody asked in the moment in which it ended
        if (asked && !stopped && !waitForKick && onItsWay.size === 0) goOn();
      });
  }

  function kick(): void {
    waitForKick = false;
    goOn();
  }

  return {
    kick,
    busy: () => taking !== null || onItsWay.size > 0 || unwritten.size > 0,
    async stop() {
      stopped = true;
      await taking;
      await Promise.all(onItsWay.values());
      await Promise.all(unwritten);
    },
  };
}
