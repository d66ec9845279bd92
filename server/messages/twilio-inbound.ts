import { v7 as uuidv7 } from 'uuid';
import { type OwnerId, ownerIdOfRow } from '@/server/auth/owner-id';
import { type MessageRow, toMessage } from '@/server/chats/dto';
import type { messageKind } from '@/server/chats/schema';
import { touchAndRead } from '@/server/chats/store';
import { type ClientRow, searchTextOf, toClient } from '@/server/clients/rows';
import { otherSpelling } from '@/server/clients/spellings';
import { againOnConflict, type Db } from '@/server/db';
import { appendEvent } from '@/server/events/log';
import type { EventBody } from '@/server/events/schema';
import type { Sql } from '@/server/sql';
import { toStorable } from '@/server/text/schema';
import type { z } from 'zod';
import { lockSid } from './twilio-sid';

/** A message that came in over Twilio; phones are E.164. */
export type TwilioInbound = {
  sid: string;
  from: string;
  to: string;
  /** The name that the sender gave themselves. */
  name: string | null;
  kind: z.infer<typeof messageKind>;
  text: string;
};

/**
 * Stores a message that came in over Twilio, once however often Twilio tells of it: for the owner who last wrote to that number over
 * Twilio within 30 days; else it is kept as nobody's, for the admin to see.
 */
export async function receiveFromTwilio(db: Db, told: TwilioInbound): Promise<void> {
  const message = { ...told, text: toStorable(told.text), name: told.name && toStorable(told.name).trim() };
  await againOnConflict(() => db.sql.transaction((sql) => store(sql, message)));
}

async function store(sql: Sql, message: TwilioInbound): Promise<void> {
  await lockSid(sql, message.sid);
  if (await isStored(sql, message)) return;
  const ownerId = await ownerOf(sql, message.from);
  if (ownerId === null) return keepUnclaimed(sql, message);
  const { client, events } = await clientOf(sql, ownerId, message);
  const chatId = await chatOf(sql, ownerId, client.id);
  const [row] = await sql<MessageRow>`
    INSERT INTO message (id, owner_id, chat_id, client_id, own_number, provider, engine_message_id, direction, kind, text, status, at)
    VALUES (${uuidv7()}::uuid, ${ownerId}::uuid, ${chatId}::uuid, ${client.id}::uuid, ${message.to}, 'twilio', ${message.sid}, 'inbound',
            ${message.kind}, ${message.text}, 'received', date_trunc('second', now()))
    RETURNING *`;
  if (!row) throw new Error('nothing was inserted');
  const chat = chatId === null ? null : await touchAndRead(sql, chatId, row.at, 1);
  for (const event of events) await appendEvent(sql, ownerId, event);
  await appendEvent(sql, ownerId, { type: 'message.received', chat, message: toMessage(row) });
}

/** Whether it was told of before, whosever it was then: who wrote to that number since has no part in it. */
async function isStored(sql: Sql, { sid, to }: TwilioInbound): Promise<boolean> {
  const stored = await sql`
    SELECT 1 FROM unclaimed_message WHERE message_sid = ${sid}
    UNION ALL
    SELECT 1 FROM "user" owner JOIN message
      ON message.owner_id = owner.id AND message.own_number = ${to} AND message.engine_message_id = ${sid}
    LIMIT 1`;
  return stored.length > 0;
}

/** Who wrote to this number last: under exactly it, else under its other spelling. What certainly did not leave wrote to nobody. */
async function ownerOf(sql: Sql, from: string): Promise<OwnerId | null> {
  const [last] = await sql<{ ownerId: string }>`
    SELECT message.owner_id FROM message_attempt attempt JOIN message ON message.id = attempt.message_id
    WHERE attempt.provider = 'twilio' AND attempt.recipient IN (${from}, ${otherSpelling(from) ?? from})
      AND attempt.outcome IN ('started', 'taken', 'unconfirmed') AND attempt.at > now() - interval '30 days'
    ORDER BY attempt.recipient = ${from} DESC, attempt.at DESC LIMIT 1`;
  return last ? ownerIdOfRow(last) : null;
}

async function keepUnclaimed(sql: Sql, { sid, from, to, name, kind, text }: TwilioInbound): Promise<void> {
  await sql`
    INSERT INTO unclaimed_message (id, message_sid, from_phone, to_phone, name, kind, text)
    VALUES (${uuidv7()}::uuid, ${sid}, ${from}, ${to}, ${name}, ${kind}, ${text})`;
}

/** The owner's client of this number, made where there is none (they were deleted since). */
async function clientOf(
  sql: Sql,
  ownerId: OwnerId,
  { from, name }: TwilioInbound,
): Promise<{ client: ClientRow; events: EventBody[] }> {
  const other = otherSpelling(from) ?? from;
  // the message that made this owner the one it belongs to went to a client of theirs: their number is that person's
  const [known] = await sql<ClientRow>`
    SELECT client.* FROM client
    WHERE owner_id = ${ownerId}::uuid AND (phone = ${from} OR whatsapp_phone = ${from} OR id = (
      SELECT message.client_id FROM message_attempt attempt JOIN message ON message.id = attempt.message_id
      WHERE attempt.provider = 'twilio' AND attempt.recipient IN (${from}, ${other}) AND message.owner_id = ${ownerId}::uuid
      ORDER BY attempt.recipient = ${from} DESC, attempt.at DESC LIMIT 1))
    ORDER BY (phone = ${from} OR whatsapp_phone = ${from}) IS TRUE DESC, created_at LIMIT 1`;
  if (known) return { client: known, events: [] };
  const fields = { name: name || from, phone: from, email: null, notes: null };
  const [client] = await sql<ClientRow>`
    INSERT INTO client (id, owner_id, name, phone, search_text, updated_at)
    VALUES (${uuidv7()}::uuid, ${ownerId}::uuid, ${fields.name}, ${from}, ${searchTextOf(fields)}, now()) RETURNING *`;
  if (!client) throw new Error('nothing was inserted');
  return { client, events: [{ type: 'client.created', client: toClient(client) }] };
}

/** Their conversation with the number that is linked, where there is one. */
async function chatOf(sql: Sql, ownerId: OwnerId, clientId: string): Promise<string | null> {
  const [chat] = await sql<{ id: string }>`
    SELECT chat.id FROM chat JOIN whatsapp_session session ON session.owner_id = chat.owner_id AND session.phone = chat.own_number
    WHERE chat.owner_id = ${ownerId}::uuid AND chat.client_id = ${clientId}::uuid
    ORDER BY chat.last_message_at DESC NULLS LAST LIMIT 1`;
  return chat?.id ?? null;
}
