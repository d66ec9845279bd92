import { v7 as uuidv7 } from 'uuid';
import type { OwnerId } from '@/server/auth/owner-id';
import { type MessageRow, toMessage } from '@/server/chats/dto';
import { againOnConflict, type Db } from '@/server/db';
import { appendEvent } from '@/server/events/log';
import { enqueue } from '@/server/jobs/queue';
import type { Sql } from '@/server/sql';

/**
 * Messages to a number with which there is no chat yet, accepted while WhatsApp cannot be asked about it: each is a row without a chat,
 * a job, and an attempt that keeps the number. It goes over the own number of the link under which it was accepted, or not at all. Once
 * WhatsApp can be asked, all that wait for a number are put into their chat together (whatsapp-web.ts), so they leave in the order
 * in which they were accepted; from then on each is like any other that was written in a chat, and has no attempt.
 */

/** The reason of those who said that it goes over the own number. */
export const ASKED_FOR = 'ASKED_FOR';

type Attempt = { id: string; recipient: string; why: string | null };

/** The attempt that keeps a message's number; null: it is a message of another kind. */
export const askedFor = <Kept extends Attempt>(attempts: readonly Kept[]): Kept | null =>
  attempts.find(({ why }) => why === ASKED_FOR) ?? null;

/** Whether an earlier one to this number (E.164) still waits to be put into a chat: what comes now stands in line behind it. */
export async function isWaitedFor(sql: Sql, ownerId: OwnerId, phone: string): Promise<boolean> {
  const found = await sql`
    SELECT 1 FROM message_attempt attempt JOIN message ON message.id = attempt.message_id
    WHERE attempt.provider = 'whatsapp_web' AND attempt.recipient = ${phone} AND attempt.why = ${ASKED_FOR}
      AND message.owner_id = ${ownerId}::uuid AND message.status = 'queued' LIMIT 1`;
  return found.length > 0;
}

/** Stores it; its id, also where the same `clientKey` was stored before. null: no phone is linked any more, and nothing is stored. */
export async function acceptToNumber(
  db: Db,
  ownerId: OwnerId,
  message: { phone: string; text: string; clientKey: string },
): Promise<string | null> {
  const stored = await againOnConflict(() => db.sql.transaction((sql) => store(sql, ownerId, message)));
  if (stored !== null) return stored;
  const { clientKey } = message;
  const before = await db.message.findUnique({ where: { ownerId_clientKey: { ownerId, clientKey } } });
  return before?.id ?? null;
}

async function store(
  sql: Sql,
  ownerId: OwnerId,
  { phone, text, clientKey }: { phone: string; text: string; clientKey: string },
): Promise<string | null> {
  const [row] = await sql<MessageRow>`
    INSERT INTO message (id, owner_id, provider_reason, client_key, direction, text, status, at)
    SELECT ${uuidv7()}::uuid, owner_id, ${ASKED_FOR}, ${clientKey}, 'outbound', ${text}, 'queued', date_trunc('second', now())
    FROM whatsapp_session WHERE owner_id = ${ownerId}::uuid AND linked_at IS NOT NULL
    ON CONFLICT (owner_id, client_key) DO NOTHING RETURNING *`;
  if (!row) return null;
  // never before the link that it belongs to, whatever the clocks say: by that it is told from a later one
  await sql`
    INSERT INTO message_attempt (id, message_id, provider, recipient, why, at)
    SELECT ${uuidv7()}::uuid, ${row.id}::uuid, 'whatsapp_web', ${phone}, ${ASKED_FOR}, GREATEST(now(), linked_at)
    FROM whatsapp_session WHERE owner_id = ${ownerId}::uuid`;
  await enqueue(sql, 'send_message', { messageId: row.id }, { key: `send:${row.id}` });
  await appendEvent(sql, ownerId, { type: 'message.created', chat: null, message: toMessage(row) });
  return row.id;
}

/** Whether the link under which it was accepted is still there. */
export async function isOfThisLink(sql: Sql, attemptId: string): Promise<boolean> {
  const found = await sql`
    SELECT 1 FROM message_attempt attempt JOIN message ON message.id = attempt.message_id
    JOIN whatsapp_session session ON session.owner_id = message.owner_id
    WHERE attempt.id = ${attemptId}::uuid AND session.linked_at <= attempt.at`;
  return found.length > 0;
}

/**
 * Those that wait for a number, to be put into its chat in the caller's transaction. What ends a link waits for that, and then finds them
 * in the outbox.
 */
export async function takeWaitingFor(sql: Sql, ownerId: OwnerId, phone: string): Promise<string[]> {
  const taken = await sql<{ messageId: string }>`
    WITH link AS MATERIALIZED (
      SELECT linked_at FROM whatsapp_session WHERE owner_id = ${ownerId}::uuid AND linked_at IS NOT NULL FOR SHARE
    )
    DELETE FROM message_attempt attempt USING message, link
    WHERE attempt.provider = 'whatsapp_web' AND attempt.recipient = ${phone} AND attempt.why = ${ASKED_FOR}
      AND link.linked_at <= attempt.at AND message.id = attempt.message_id AND message.owner_id = ${ownerId}::uuid
      AND message.status = 'queued'
    RETURNING attempt.message_id`;
  return taken.map(({ messageId }) => messageId);
}

/** One that failed and is to be tried again waits anew, for the link that is there now. Nothing for a message of another kind. */
export async function waitAgain(sql: Sql, messageId: string): Promise<void> {
  await sql`
    UPDATE message_attempt attempt SET outcome = 'started', code = NULL, ended_at = NULL, at = GREATEST(now(), session.linked_at)
    FROM message JOIN whatsapp_session session ON session.owner_id = message.owner_id
    WHERE message.id = ${messageId}::uuid AND attempt.message_id = message.id AND attempt.why = ${ASKED_FOR}`;
}
