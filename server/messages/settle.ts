import { type MessageRow, toMessage } from '@/server/chats/dto';
import { wordsOfCode } from '@/server/channels/provider-words';
import type { Outcome } from '@/server/channels/port';
import type { OwnerId } from '@/server/auth/owner-id';
import type { Locale } from '@/server/errors';
import { appendEvent } from '@/server/events/log';
import { enqueue } from '@/server/jobs/queue';
import type { Sql } from '@/server/sql';

/**
 * What became of an attempt, written down in the caller's transaction: the attempt, the message's row, and the event. Whoever tells
 * first (the answer, a callback, the provider's list) settles it; the others find it settled, and change nothing.
 */

export async function tellUpdated(sql: Sql, row: MessageRow): Promise<void> {
  await appendEvent(sql, row.ownerId as OwnerId, { type: 'message.updated', message: toMessage(row) });
}

/** The provider took it, under this id; `code`: what there is to say of how that is known. */
export async function settleTaken(
  sql: Sql,
  attemptId: string,
  providerMessageId: string,
  code: string | null = null,
): Promise<void> {
  const [attempt] = await sql<{ messageId: string }>`
    UPDATE message_attempt SET outcome = 'taken', provider_message_id = ${providerMessageId}, code = ${code}, ended_at = now()
    WHERE id = ${attemptId}::uuid AND outcome IN ('started', 'unconfirmed') RETURNING message_id`;
  if (!attempt) return;
  const [row] = await sql<MessageRow>`
    UPDATE message SET engine_message_id = ${providerMessageId}, status = 'sent', sent_at = COALESCE(sent_at, now()),
                       error_code = NULL, error_message = NULL
    WHERE id = ${attempt.messageId}::uuid AND engine_message_id IS NULL RETURNING *`;
  if (row) await tellUpdated(sql, row);
}

/** Fails a message that certainly did not leave. */
export async function failMessage(sql: Sql, messageId: string, code: string, locale: Locale): Promise<void> {
  const [row] = await sql<MessageRow>`
    UPDATE message SET status = 'failed', error_code = ${code}, error_message = ${wordsOfCode(code, locale)}
    WHERE id = ${messageId}::uuid AND status = 'queued' AND engine_message_id IS NULL RETURNING *`;
  if (row) await tellUpdated(sql, row);
}

type Attempt = { id: string; messageId: string };

/** What the provider said counts also where it was thought lost; that it is lost is said of what is under way only. */
async function endAttempt(sql: Sql, id: string, outcome: 'refused' | 'not_left' | 'unconfirmed', code: string) {
  const ended = await sql`
    UPDATE message_attempt SET outcome = ${outcome}::"AttemptOutcome", code = ${code}, ended_at = now()
    WHERE id = ${id}::uuid AND (outcome = 'started' OR outcome = 'unconfirmed' AND ${outcome} <> 'unconfirmed') RETURNING id`;
  return ended.length > 0;
}

/** How long after the last question the provider is asked again what became of an attempt. */
const ASK_AFTER_SECONDS = [2, 30, 120, 600, 3_600, 6 * 3_600];

/** Asks the provider, in a while, whether it has it; not for ever. */
export async function askLater(sql: Sql, attemptId: string, tries: number): Promise<void> {
  const seconds = ASK_AFTER_SECONDS[tries];
  if (seconds === undefined) return;
  const runAt = new Date(Date.now() + seconds * 1000);
  await enqueue(sql, 'settle_attempt', { attemptId, tries }, { runAt, key: `settle:${attemptId}` });
}

/** Nobody can say whether it left: it stays queued and says so, and is never sent again by itself. */
export async function settleUnconfirmed(sql: Sql, attempt: Attempt, code: string): Promise<void> {
  if (!(await endAttempt(sql, attempt.id, 'unconfirmed', code))) return;
  const [row] = await sql<MessageRow>`
    UPDATE message SET error_code = 'SEND_UNCONFIRMED'
    WHERE id = ${attempt.messageId}::uuid AND status = 'queued' AND engine_message_id IS NULL RETURNING *`;
  if (row) await tellUpdated(sql, row);
  await askLater(sql, attempt.id, 0);
}

/** What a port said of a send; `retryAt`: when to try again what did not leave, null: no more. */
export async function settle(
  sql: Sql,
  attempt: Attempt,
  outcome: Exclude<Outcome, { kind: 'handed_over' | 'taken' }>,
  { locale, retryAt }: { locale: Locale; retryAt: Date | null },
): Promise<void> {
  switch (outcome.kind) {
    case 'refused':
      if (await endAttempt(sql, attempt.id, 'refused', outcome.code)) {
        await failMessage(sql, attempt.messageId, outcome.code, locale);
      }
      return;
    case 'not_left': {
      if (!(await endAttempt(sql, attempt.id, 'not_left', outcome.code))) return;
      if (retryAt === null) return failMessage(sql, attempt.messageId, outcome.code, locale);
      await sql`
        UPDATE message SET handed_over_at = NULL, own_number = NULL, error_code = NULL
        WHERE id = ${attempt.messageId}::uuid AND status = 'queued' AND engine_message_id IS NULL`;
      const { messageId } = attempt;
      return enqueue(sql, 'send_message', { messageId }, { runAt: retryAt, key: `send:${messageId}` });
    }
    case 'unconfirmed':
      return settleUnconfirmed(sql, attempt, outcome.code);
    default:
      return outcome satisfies never;
  }
}
