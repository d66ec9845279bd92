import { v7 as uuidv7 } from 'uuid';
import type { OwnerId } from '@/server/auth/owner-id';
import type { Sql } from '@/server/sql';
import type { Ack } from '@/server/whatsapp/engine';
import { type ChatRow, type MessageRow, toChat } from './dto';
import type { Chat, MessageErrorCode, MessageStatus } from './schema';

/** The writes that ingest, the sender and the composer share; each runs inside its caller's transaction. */

type Peer = { engineChatId: string; phone: string | null; name: string | null };

/**
 * `revealed`: the number behind a hidden id has only just become known. `goneChatId`: a second conversation with the same person, which
 * is part of this one now; whoever asked tells of it.
 */
export type KnownChat = ChatRow & { revealed: boolean; goneChatId: string | null };

/**
 * The row of a conversation, made when it is not there. One thread per person: an id that is new to us but whose number already
 * has a row is the same person (a hidden id whose number became known), and answers go on to the row's own id. A name that was
 * there stays; one that was missing is filled in.
 */
export async function upsertChat(sql: Sql, ownerId: OwnerId, ownNumber: string, peer: Peer): Promise<KnownChat> {
  const { engineChatId, phone, name } = peer;
  const [found, other] = await sql<ChatRow>`
    SELECT * FROM chat
    WHERE owner_id = ${ownerId}::uuid AND own_number = ${ownNumber} AND (engine_chat_id = ${engineChatId} OR phone = ${phone})
    ORDER BY engine_chat_id = ${engineChatId} DESC`;
  const revealed = found !== undefined && found.phone === null && phone !== null;
  if (found && !revealed && (found.name !== null || name === null)) {
    return { ...found, revealed, goneChatId: null };
  }
  const gone = revealed && other ? await takeOver(sql, found, other) : null;
  const [written] = found
    ? await sql<ChatRow>`
        UPDATE chat SET phone = COALESCE(phone, ${phone}), name = COALESCE(name, ${gone?.name ?? null}, ${name}),
                        unread = unread + ${gone?.unread ?? 0}::int,
                        last_message_at = GREATEST(last_message_at, ${gone?.lastMessageAt ?? null}::timestamptz)
        WHERE id = ${found.id}::uuid RETURNING *`
    : await sql<ChatRow>`
        INSERT INTO chat (id, owner_id, own_number, engine_chat_id, phone, name)
        VALUES (${uuidv7()}::uuid, ${ownerId}::uuid, ${ownNumber}, ${engineChatId}, ${phone}, ${name}) RETURNING *`;
  if (!written) throw new Error('the chat is gone');
  return { ...written, revealed, goneChatId: gone?.id ?? null };
}

/**
 * A hidden id and a number had a conversation each, and are one person. The hidden id's row stays, for a number can be told from any
 * message and a hidden id cannot. Locked first: a message that is being written into the other must not go with it.
 */
async function takeOver(sql: Sql, { id }: ChatRow, other: ChatRow): Promise<ChatRow | null> {
  const [gone] = await sql<ChatRow>`SELECT * FROM chat WHERE id = ${other.id}::uuid FOR UPDATE`;
  if (!gone) return null;
  await sql`UPDATE message SET chat_id = ${id}::uuid WHERE chat_id = ${gone.id}::uuid`;
  await sql`DELETE FROM chat WHERE id = ${gone.id}::uuid`;
  return gone;
}

/** A chat as callers see it, with its newest message. */
export async function readChat(sql: Sql, chatId: string): Promise<Chat> {
  const [row] = await sql<ChatRow>`SELECT * FROM chat WHERE id = ${chatId}::uuid`;
  if (!row) throw new Error('the chat is gone');
  return withNewest(sql, row);
}

async function withNewest(sql: Sql, row: ChatRow): Promise<Chat> {
  const [newest] = await sql<MessageRow>`
    SELECT * FROM message WHERE chat_id = ${row.id}::uuid ORDER BY at DESC, position DESC LIMIT 1`;
  return toChat(row, newest);
}

/**
 * Chats as callers see them, each with its newest message, in the order given. By hand: Prisma's `include` with `take: 1` reads every
 * message of these chats and sorts them all.
 */
export async function readNewest(sql: Sql, rows: ChatRow[]): Promise<Chat[]> {
  const newest = await sql<MessageRow>`
    SELECT message.* FROM unnest(${rows.map(({ id }) => id)}::uuid[]) AS wanted(id) CROSS JOIN LATERAL (
      SELECT * FROM message WHERE chat_id = wanted.id ORDER BY at DESC, position DESC LIMIT 1) message`;
  const byChat = new Map(newest.map((message) => [message.chatId, message]));
  return rows.map((row) => toChat(row, byChat.get(row.id)));
}

/** Moves a chat up to a message's time, never back, and adds to what is unread. */
export async function touchChat(sql: Sql, chatId: string, at: Date, unread: number): Promise<ChatRow> {
  const [row] = await sql<ChatRow>`
    UPDATE chat SET unread = unread + ${unread}::int, last_message_at = GREATEST(last_message_at, ${at}::timestamptz)
    WHERE id = ${chatId}::uuid RETURNING *`;
  if (!row) throw new Error('the chat is gone');
  return row;
}

/** `touchChat`, and the chat as callers see it afterwards: a statement of its own, for what others wrote while this one waited. */
export async function touchAndRead(sql: Sql, chatId: string, at: Date, unread: number): Promise<Chat> {
  return withNewest(sql, await touchChat(sql, chatId, at, unread));
}

/** Moves several chats up, in one order, so that no two who do that wait for each other; as callers see them afterwards, by id. */
export async function touchAndReadAll(sql: Sql, chatIds: string[], at: Date): Promise<Map<string, Chat>> {
  const rows = await sql<ChatRow>`
    WITH locked AS (SELECT id FROM chat WHERE id = ANY(${chatIds}::uuid[]) ORDER BY id FOR NO KEY UPDATE)
    UPDATE chat SET last_message_at = GREATEST(last_message_at, ${at}::timestamptz)
    FROM locked WHERE chat.id = locked.id RETURNING chat.*`;
  return new Map((await readNewest(sql, rows)).map((chat) => [chat.id, chat]));
}

/** A status never goes back; `failed` gives way to proof that the message left after all. */
const RANK: Record<MessageStatus, number> = { queued: 0, failed: 1, sent: 2, delivered: 3, read: 4, received: 5 };

export function isForward(from: MessageStatus, to: MessageStatus): boolean {
  return from !== 'received' && RANK[to] > RANK[from];
}

type AckChange = {
  status: MessageStatus;
  errorCode: MessageErrorCode | null;
  sentAt?: Date;
  deliveredAt?: Date;
  readAt?: Date;
};

/** What an ack changes in a row of status `from`; null: nothing. What arrived was sent, though nobody said so before. */
export function ackChange(from: MessageStatus, ack: Ack, now: Date): AckChange | null {
  if (!isForward(from, ack)) return null;
  const sent = from === 'queued' || from === 'failed' ? { sentAt: now } : {};
  switch (ack) {
    case 'failed':
      return { status: ack, errorCode: 'WHATSAPP_REFUSED' };
    case 'sent':
      return { status: ack, errorCode: null, sentAt: now };
    case 'delivered':
      return { status: ack, errorCode: null, ...sent, deliveredAt: now };
    case 'read':
      return { status: ack, errorCode: null, ...sent, readAt: now };
    default:
      return ack satisfies never;
  }
}
