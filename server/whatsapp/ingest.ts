import { v7 as uuidv7 } from 'uuid';
import type { OwnerId } from '@/server/auth/owner-id';
import { type MessageRow, toMessage } from '@/server/chats/dto';
import { type KnownChat, readChat, touchAndRead, touchChat, upsertChat } from '@/server/chats/store';
import { againOnConflict, type Db } from '@/server/db';
import { toStorable } from '@/server/text/schema';
import { clientOfChat } from '@/server/clients/of-chat';
import { appendEvent } from '@/server/events/log';
import type { EventBody } from '@/server/events/schema';
import { type Sql, sqlOf } from '@/server/sql';
import type { ChatKind, EngineChat, EngineMessage, MessageId } from './engine';
import { fence, type Lease } from './lease';
import type { WhatsappStatus } from './schema';
import { earlyAck, findSent } from './sent';
import { settle } from './settle-together';
import { skippedOf } from './session-status';

/** Whose messages these are, and the proof that this process may write them. */
export type IngestScope = {
  db: Db;
  lease: Lease;
  ownerId: OwnerId;
  ownNumber: string;
  /** Asks WhatsApp what must be known of somebody before they are made a client: the saved name, where there is one. Never fails. */
  askFirst?: (peer: Pick<EngineMessage, 'chatId' | 'phone'>) => Promise<string | null>;
};

/**
 * Stores one message that the engine told of, with its chat and its event, in ONE transaction; a message that is there already is
 * only brought up to date. `quiet`: read in from the past, so no event and no unread. Answers whether it was new.
 */
export async function ingestMessage(scope: IngestScope, message: EngineMessage, quiet = false): Promise<boolean> {
  // a text that Postgres refuses (a cut emoji is enough) must not be lost, nor keep the others waiting
  const { text } = message;
  const saved = quiet || message.direction === 'outbound' ? null : await scope.askFirst?.(message);
  const pushName = saved ?? message.pushName;
  const kept = { ...message, text: toStorable(text), pushName: pushName === null ? null : toStorable(pushName) };
  return againOnConflict(() => scope.db.sql.transaction((sql) => storeMessage(sql, scope, kept, quiet)));
}

async function storeMessage(sql: Sql, scope: IngestScope, message: EngineMessage, quiet: boolean): Promise<boolean> {
  const { ownerId, ownNumber, lease } = scope;
  await fence(sql, lease);
  const inbound = message.direction === 'inbound';
  const known = await findByEngineId(sql, scope, message.id);
  if (known) {
    if (message.ack) await settle(sql, scope, [{ kind: 'ack', messageId: message.id, ack: message.ack }]);
    return false;
  }

  const name = inbound ? message.pushName : null;
  const chat = await upsertChat(sql, ownerId, ownNumber, { engineChatId: message.chatId, phone: message.phone, name });
  // the past that is read in at a first link makes nobody a client; whoever writes from now on is one
  const { clientId, events } = await clientOfChat(sql, ownerId, chat, inbound && !quiet);
  const own = inbound ? null : await findSent(sql, scope, chat.id, message);
  if (own) {
    await settle(sql, scope, [{ kind: 'sent', rowId: own, chatId: chat.id, message }]);
    await tellOfPerson(sql, ownerId, chat, events);
    return false;
  }

  const { id, direction, kind, text, sentAt } = message;
  const status = inbound ? 'received' : (earlyAck(lease, id) ?? message.ack ?? 'sent');
  const [row] = await sql<MessageRow>`
    INSERT INTO message (id, owner_id, own_number, chat_id, client_id, engine_message_id, direction, kind, text, status, at, sent_at)
    VALUES (${uuidv7()}::uuid, ${ownerId}::uuid, ${ownNumber}, ${chat.id}::uuid, ${clientId}::uuid, ${id}, ${direction}, ${kind},
            ${text}, ${status}, ${sentAt}, ${sentAt}) RETURNING *`;
  if (!row) throw new Error('nothing was inserted');
  if (quiet) {
    await touchChat(sql, chat.id, sentAt, 0);
    await tellOfPerson(sql, ownerId, chat, events);
  } else {
    const fresh = await touchAndRead(sql, chat.id, sentAt, inbound ? 1 : 0);
    await tellOfPerson(sql, ownerId, chat, events);
    const type = inbound ? 'message.received' : 'message.created';
    await appendEvent(sql, ownerId, { type, chat: fresh, message: toMessage(row) });
  }
  return true;
}

/** What a message showed of whom it is from, told before the message itself. */
async function tellOfPerson(sql: Sql, ownerId: OwnerId, chat: KnownChat, events: EventBody[]): Promise<void> {
  const { id, goneChatId } = chat;
  if (goneChatId) await appendEvent(sql, ownerId, { type: 'chat.joined', chat: await readChat(sql, id), goneChatId });
  for (const event of events) await appendEvent(sql, ownerId, event);
}

async function findByEngineId(
  sql: Sql,
  { ownerId, ownNumber }: IngestScope,
  id: MessageId,
): Promise<MessageRow | null> {
  const [row] = await sql<MessageRow>`
    SELECT * FROM message WHERE owner_id = ${ownerId}::uuid AND own_number = ${ownNumber} AND engine_message_id = ${id}`;
  return row ?? null;
}

/** Counts a message of a kind of chat that this version does not store, so that it is not lost in silence. */
export async function countSkipped(
  scope: IngestScope,
  kind: Exclude<ChatKind, 'direct'>,
): Promise<WhatsappStatus['skipped']> {
  const { db, ownerId, lease } = scope;
  return db.sql.transaction(async (sql) => {
    await fence(sql, lease);
    const rows = await sql<{ skipped: unknown }>`
      UPDATE whatsapp_session
      SET skipped = jsonb_set(skipped, ARRAY[${kind}::text], to_jsonb(COALESCE((skipped->>${kind}::text)::int, 0) + 1))
      WHERE owner_id = ${ownerId}::uuid RETURNING skipped`;
    return skippedOf(rows[0]?.skipped);
  });
}

/**
 * Brings the unread count in line with the phone's when a chat was read in. At the first link it is the phone's; later it is never
 * more than the phone's (what was read there is read), unless something came in since the phone was asked.
 */
export async function alignUnread(scope: IngestScope, chat: EngineChat, first: boolean): Promise<void> {
  const { db, ownerId, ownNumber, lease } = scope;
  const unread = Math.max(0, chat.unreadCount);
  await db.$transaction(async (tx) => {
    await fence(sqlOf(tx), lease);
    const row = await tx.chat.findFirst({
      where: { ownerId, ownNumber, OR: [{ engineChatId: chat.id }, ...(chat.phone ? [{ phone: chat.phone }] : [])] },
    });
    if (!row || row.unread === unread) return;
    const cameSince = row.lastMessageAt && chat.lastMessageAt && row.lastMessageAt > chat.lastMessageAt;
    if (cameSince || (!first && unread > row.unread)) return;
    await tx.chat.update({ where: { id: row.id }, data: { unread } });
    const sql = sqlOf(tx);
    if (!first) await appendEvent(sql, ownerId, { type: 'chat.updated', chat: await readChat(sql, row.id) });
  });
}
