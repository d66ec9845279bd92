import type { MessageRow } from '@/server/chats/dto';
import type { Sql } from '@/server/sql';
import { askLater, settleTaken, tellUpdated } from './settle';

/**
 * Which attempt an id of Twilio's belongs to. Whatever names the attempt (the answer to its own send, a callback to its own address) is
 * certain; what is only found in Twilio's list, by its text, is a guess, which gives way.
 */

/** The code of an attempt whose id is a guess. */
const FOUND_IN_LIST = 'FOUND_IN_LIST';

/**
 * Whoever writes an id and whoever looks for it wait for each other, in their transactions: a callback that overtakes the answer is
 * either seen by it, or sees what it wrote.
 */
export async function lockSid(sql: Sql, sid: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`twilio:${sid}`}, 0))::text AS locked`;
}

type Holder = { id: string; code: string | null; providerMessageId: string | null };

async function holderOf(sql: Sql, sid: string): Promise<Holder | null> {
  const [holder] = await sql<Holder>`
    SELECT id, code, provider_message_id FROM message_attempt WHERE provider = 'twilio' AND provider_message_id = ${sid}`;
  return holder ?? null;
}

/** Twilio took this attempt under this id, for certain. Changes nothing where the id is, as certainly, another's. The id is locked. */
export async function nameSid(sql: Sql, attemptId: string, sid: string): Promise<void> {
  const [own] = await sql<Holder>`
    SELECT id, code, provider_message_id FROM message_attempt WHERE id = ${attemptId}::uuid AND provider = 'twilio' FOR UPDATE`;
  if (!own) return;
  if (own.providerMessageId === sid) return confirm(sql, own);
  const holder = await holderOf(sql, sid);
  if (holder !== null && !(await takeBack(sql, holder))) return;
  await takeBack(sql, own);
  await settleTaken(sql, attemptId, sid);
}

/** A guess that was right. */
async function confirm(sql: Sql, { id }: Holder): Promise<void> {
  await sql`UPDATE message_attempt SET code = NULL WHERE id = ${id}::uuid AND code = ${FOUND_IN_LIST}`;
}

/** Of a wrong guess nobody knows again what became of it, and Twilio is asked again. false: it was no guess. */
async function takeBack(sql: Sql, { id, providerMessageId: sid }: Holder): Promise<boolean> {
  const [freed] = await sql<{ messageId: string }>`
    UPDATE message_attempt SET outcome = 'unconfirmed', provider_message_id = NULL, code = 'FOUND_TO_BE_ANOTHER'
    WHERE id = ${id}::uuid AND provider_message_id = ${sid} AND code = ${FOUND_IN_LIST} RETURNING message_id`;
  if (!freed) return false;
  const [row] = await sql<MessageRow>`
    UPDATE message SET status = 'queued', error_code = 'SEND_UNCONFIRMED', error_message = NULL, engine_message_id = NULL,
                       sent_at = NULL, delivered_at = NULL, read_at = NULL
    WHERE id = ${freed.messageId}::uuid AND engine_message_id = ${sid} RETURNING *`;
  if (row) await tellUpdated(sql, row);
  await askLater(sql, id, 0);
  return true;
}

/**
 * Twilio's list has an id that would fit this attempt. false: it is another's already, or may be, since what became of another attempt
 * with this text to this recipient, of whichever owner, is not known either. The id is locked.
 */
export async function guessSid(sql: Sql, attemptId: string, sid: string): Promise<boolean> {
  if ((await holderOf(sql, sid)) !== null || (await hasRival(sql, attemptId))) return false;
  await settleTaken(sql, attemptId, sid, FOUND_IN_LIST);
  return true;
}

/** An attempt is written down before Twilio is asked, so whoever read the list before sees here whose its messages may be. */
async function hasRival(sql: Sql, attemptId: string): Promise<boolean> {
  const rivals = await sql`
    SELECT 1 FROM message_attempt mine
    JOIN message mine_message ON mine_message.id = mine.message_id
    JOIN message_attempt other ON other.provider = mine.provider AND other.recipient = mine.recipient AND other.id <> mine.id
    JOIN message other_message ON other_message.id = other.message_id AND other_message.text = mine_message.text
    WHERE mine.id = ${attemptId}::uuid AND other.outcome IN ('started', 'unconfirmed')
      AND other.at BETWEEN mine.at - interval '10 minutes' AND mine.at + interval '10 minutes'
    LIMIT 1`;
  return rivals.length > 0;
}
