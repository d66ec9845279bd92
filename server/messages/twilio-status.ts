import { wordsOfCode } from '@/server/channels/provider-words';
import type { MessageRow } from '@/server/chats/dto';
import type { MessageStatus } from '@/server/chats/schema';
import { againOnConflict, type Db } from '@/server/db';
import type { Sql } from '@/server/sql';
import { tellUpdated } from './settle';
import { guessSid, lockSid, nameSid } from './twilio-sid';

/** What Twilio says of one of our messages. */
export type TwilioStatus = { sid: string; status: string; errorCode: string | null };

/** Twilio took an attempt under this id; statuses that came before we knew are applied now. */
export async function settleTakenByTwilio(sql: Sql, attemptId: string, sid: string): Promise<void> {
  await lockSid(sql, sid);
  await nameSid(sql, attemptId, sid);
  await applyKept(sql, sid);
}

/** The same for an id that was found in Twilio's list. false: it may be another's, and nothing changed. */
export async function settleFoundAtTwilio(sql: Sql, attemptId: string, sid: string): Promise<boolean> {
  await lockSid(sql, sid);
  const guessed = await guessSid(sql, attemptId, sid);
  if (guessed) await applyKept(sql, sid);
  return guessed;
}

async function applyKept(sql: Sql, sid: string): Promise<void> {
  const kept = await sql<Omit<TwilioStatus, 'sid'>>`
    DELETE FROM twilio_callback WHERE message_sid = ${sid} RETURNING status, error_code, received_at`;
  for (const { status, errorCode } of kept) await applyStatus(sql, { sid, status, errorCode });
}

/**
 * Brings a message forward to what Twilio's callback says. `attemptId`: what our own address in the callback names; it tells whose
 * message this is also where the answer to the send was lost. A message that nobody knows yet is kept for a while.
 */
export async function noteTwilioStatus(db: Db, told: TwilioStatus, attemptId: string | null): Promise<void> {
  const note = async (sql: Sql) => {
    if (attemptId === null) await lockSid(sql, told.sid);
    else await settleTakenByTwilio(sql, attemptId, told.sid);
    if (await applyStatus(sql, told)) return;
    await sql`
      INSERT INTO twilio_callback (id, message_sid, status, error_code)
      VALUES (gen_random_uuid(), ${told.sid}, ${told.status}, ${told.errorCode})`;
  };
  await againOnConflict(() => db.sql.transaction(note));
}

/** The code of a failure of which Twilio does not say why. */
const SAID_NOT_WHY = 'NOT_DELIVERED';

/** A status never goes back, and a failure is the end but for proof that it arrived after all. */
const RANK: Record<MessageStatus, number> = { queued: 0, sent: 1, failed: 2, delivered: 3, read: 4, received: 5 };

function statusOf(told: string): MessageStatus | null {
  switch (told) {
    case 'sent':
    case 'delivered':
    case 'read':
      return told;
    case 'failed':
    case 'undelivered':
    case 'canceled':
      return 'failed';
    default:
      // accepted, queued, sending: that Twilio has it is known
      return null;
  }
}

/** false: nobody knows this message. */
async function applyStatus(sql: Sql, { sid, status, errorCode }: TwilioStatus): Promise<boolean> {
  const [row] = await sql<MessageRow & { attemptId: string; locale: string }>`
    SELECT message.*, attempt.id AS attempt_id, "user".locale FROM message_attempt attempt
    JOIN message ON message.id = attempt.message_id JOIN "user" ON "user".id = message.owner_id
    WHERE attempt.provider = 'twilio' AND attempt.provider_message_id = ${sid} FOR UPDATE OF message`;
  if (!row) return false;
  const next = statusOf(status);
  const saysWhy = next === 'failed' && row.status === 'failed' && row.errorCode === SAID_NOT_WHY && errorCode !== null;
  if (next === null || (RANK[next] <= RANK[row.status] && !saysWhy)) return true;
  const code = next === 'failed' ? (errorCode ?? SAID_NOT_WHY) : null;
  const words = code === null ? null : wordsOfCode(code, row.locale === 'en' ? 'en' : 'es');
  const [updated] = await sql<MessageRow>`
    UPDATE message
    SET status = ${next}::"MessageStatus", error_code = ${code}, error_message = ${words},
        delivered_at = CASE WHEN ${next} IN ('delivered', 'read') THEN COALESCE(delivered_at, now()) ELSE delivered_at END,
        read_at = CASE WHEN ${next} = 'read' THEN COALESCE(read_at, now()) ELSE read_at END
    WHERE id = ${row.id}::uuid RETURNING *`;
  if (code !== null) {
    await sql`UPDATE message_attempt SET outcome = 'refused', code = ${code} WHERE id = ${row.attemptId}::uuid`;
  } else {
    await sql`
      UPDATE message_attempt SET outcome = 'taken', code = NULL WHERE id = ${row.attemptId}::uuid AND outcome = 'refused'`;
  }
  if (updated) await tellUpdated(sql, updated);
  return true;
}
