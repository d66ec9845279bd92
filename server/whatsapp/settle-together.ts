import { endWebAttempt } from '@/server/channels/web-attempts';
import { type MessageRow, toMessage } from '@/server/chats/dto';
import { ackChange } from '@/server/chats/store';
import { appendEvents } from '@/server/events/log';
import type { Sql } from '@/server/sql';
import type { Ack, EngineMessage, MessageId } from './engine';
import type { IngestScope } from './ingest';
import { fence } from './lease';
import { earlyAck, keepEarlyAck } from './sent';

/** What is said of messages that the owner sent: a send's own answer, or how far a message has come. */
export type Saying =
  | { kind: 'sent'; rowId: string; chatId: string; message: EngineMessage }
  | { kind: 'ack'; messageId: MessageId; ack: Ack };
type SentSaying = Extract<Saying, { kind: 'sent' }>;
type AckSaying = Extract<Saying, { kind: 'ack' }>;

/** Writes many sayings down in one transaction. */
export async function settleTogether(scope: IngestScope, sayings: readonly Saying[]): Promise<void> {
  const { db, lease } = scope;
  const unknown = await db.sql.transaction(async (sql) => {
    await fence(sql, lease);
    return settle(sql, scope, sayings);
  });
  for (const { messageId, ack } of unknown) keepEarlyAck(lease, messageId, ack);
}

/**
 * The same inside a transaction that holds the lease: ids first, then how far the messages have come that have one, and all is told.
 * Answers with what was said of messages that no row has an id of.
 */
export async function settle(sql: Sql, scope: IngestScope, sayings: readonly Saying[]): Promise<AckSaying[]> {
  const sent = sayings.filter((saying) => saying.kind === 'sent');
  const acks = sayings.filter((saying) => saying.kind === 'ack');
  const settled = sent.length > 0 ? await recordSent(sql, scope, sent) : [];
  const { rows, unknown } = acks.length > 0 ? await recordAcks(sql, scope, acks) : { rows: [], unknown: [] };
  const bodies = [...settled, ...rows].map((row) => ({ type: 'message.updated' as const, message: toMessage(row) }));
  if (bodies.length > 0) await appendEvents(sql, scope.ownerId, bodies);
  return unknown;
}

type Change = NonNullable<ReturnType<typeof ackChange>>;
const changed = (id: string, more: object, change: Change | null) => ({ id, status: 'queued', ...more, ...change });

/** A row that has an id was settled before, by its echo; one that was given up is taken back: here is the proof that it left. */
async function recordSent(sql: Sql, scope: IngestScope, sent: readonly SentSaying[]): Promise<MessageRow[]> {
  const now = new Date();
  const given = sent.map(({ rowId, message }) => {
    const ack = earlyAck(scope.lease, message.id) ?? message.ack;
    return changed(rowId, { engineId: message.id, at: message.sentAt }, ack ? ackChange('queued', ack, now) : null);
  });
  const chats = [...new Set(sent.map(({ chatId }) => chatId))];
  // in one order, as whoever else writes in several: so no two wait for each other
  if (chats.length > 1) await sql`SELECT 1 FROM chat WHERE id = ANY(${chats}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
  const rows = await sql<MessageRow>`
    WITH given AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS given(id uuid, "engineId" text, at timestamptz,
        status "MessageStatus", "errorCode" text, "sentAt" timestamptz, "deliveredAt" timestamptz, "readAt" timestamptz)
    ), settled AS (
      UPDATE message SET engine_message_id = given."engineId", at = given.at, status = given.status, error_code = given."errorCode",
        sent_at = COALESCE(given."sentAt", message.sent_at),
        delivered_at = COALESCE(given."deliveredAt", message.delivered_at), read_at = COALESCE(given."readAt", message.read_at)
      FROM given
      WHERE message.id = given.id AND message.owner_id = ${scope.ownerId}::uuid AND message.engine_message_id IS NULL
      RETURNING message.*
    ), touched AS (
      UPDATE chat SET last_message_at = GREATEST(last_message_at, newest.at)
      FROM (SELECT chat_id, max(at) AS at FROM settled GROUP BY chat_id) newest WHERE chat.id = newest.chat_id
    )
    SELECT * FROM settled`;
  await endWebAttempt(
    sql,
    rows.map(({ id }) => id),
    'taken',
    null,
  );
  const place = new Map(sent.map(({ rowId }, index) => [rowId, index]));
  return rows.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
}

/** Each step of a message is told; its row is written once. */
async function recordAcks(
  sql: Sql,
  { ownerId, ownNumber }: IngestScope,
  acks: readonly AckSaying[],
): Promise<{ rows: MessageRow[]; unknown: AckSaying[] }> {
  const ids = acks.map(({ messageId }) => messageId);
  const known = await sql<MessageRow & { engineMessageId: string }>`
    SELECT * FROM message
    WHERE owner_id = ${ownerId}::uuid AND own_number = ${ownNumber} AND engine_message_id = ANY(${ids}::text[])`;
  const rows = new Map(known.map((row) => [row.engineMessageId, row]));
  const now = new Date();
  const steps: MessageRow[] = [];
  const last = new Map<string, MessageRow>();
  const unknown: AckSaying[] = [];
  for (const saying of acks) {
    const row = rows.get(saying.messageId);
    if (!row) unknown.push(saying);
    const change = row?.direction === 'outbound' ? ackChange(row.status, saying.ack, now) : null;
    if (!row || !change) continue;
    const next = { ...row, ...change };
    rows.set(saying.messageId, next);
    last.set(row.id, next);
    steps.push(next);
  }
  if (last.size > 0) {
    const given = [...last.values()].map(({ id, status, errorCode, sentAt, deliveredAt, readAt }) => {
      return { id, status, errorCode, sentAt, deliveredAt, readAt };
    });
    await sql`
      UPDATE message SET status = given.status, error_code = given."errorCode", sent_at = given."sentAt",
        delivered_at = given."deliveredAt", read_at = given."readAt"
      FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS given(id uuid, status "MessageStatus", "errorCode" text,
        "sentAt" timestamptz, "deliveredAt" timestamptz, "readAt" timestamptz)
      WHERE message.id = given.id`;
  }
  return { rows: steps, unknown };
}
