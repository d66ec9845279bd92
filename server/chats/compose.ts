import { v7 as uuidv7 } from 'uuid';
import type { OwnerId } from '@/server/auth/owner-id';
import { waitAgain } from '@/server/channels/to-number';
import { againOnConflict, type Db, type Tx } from '@/server/db';
import { clientOfChat } from '@/server/clients/of-chat';
import { AppError } from '@/server/errors';
import { createBatches } from '@/server/batches';
import { appendEvent, appendEvents } from '@/server/events/log';
import { enqueue } from '@/server/jobs/queue';
import { type Sql, sqlOf } from '@/server/sql';
import type { StatusWord } from '@/server/whatsapp/schema';
import { getChat, ownNumberOf } from './chats';
import { type MessageRow, toMessage } from './dto';
import type { Chat, Message } from './schema';
import { readChat, touchAndRead, touchAndReadAll, upsertChat } from './store';

/** In whole seconds, as WhatsApp counts: else a message that waits would stand behind what came in after it in the same second. */
const now = () => new Date(Math.floor(Date.now() / 1000) * 1000);

/** A message is accepted while the link is there, also while it is coming back; then it waits. */
const ACCEPTING: readonly StatusWord[] = ['connected', 'reconnecting', 'syncing', 'authenticated', 'initializing'];

export function isAccepting(session: { status: StatusWord; hasSession: boolean }): boolean {
  return session.hasSession && ACCEPTING.includes(session.status);
}

type Send = { chatId: string; text: string; clientKey: string };

/** A message that was accepted before under this key; null: none. Throws CLIENT_KEY_REUSED for another one. */
export async function findAccepted(db: Db, ownerId: OwnerId, input: Send): Promise<Message | null> {
  const { chatId, text, clientKey } = input;
  const same = await db.message.findUnique({ where: { ownerId_clientKey: { ownerId, clientKey } } });
  if (!same) return null;
  if (same.chatId !== chatId || same.text !== text) throw new AppError('CLIENT_KEY_REUSED', { fields: ['clientKey'] });
  return toMessage(same);
}

/**
 * Stores an outgoing message as `queued`: from here on it is accepted. The session's sender takes it from the row. The same
 * `clientKey` again answers with the same row. Throws CHAT_NOT_FOUND, OTHER_NUMBER or CLIENT_KEY_REUSED.
 */
export async function acceptMessage(db: Db, ownerId: OwnerId, input: Send): Promise<Message> {
  return (await batchesOf(db, ownerId).add(input)) ?? (await whyNotAccepted(db, ownerId, input));
}

type Batches = ReturnType<typeof createBatches<Send, Message | null>>;
const batches = new WeakMap<Db, Map<OwnerId, Batches>>();

/** What one owner sends at the same time waits for the same log anyway: it is written together. */
function batchesOf(db: Db, ownerId: OwnerId): Batches {
  const owners = batches.get(db) ?? new Map<OwnerId, Batches>();
  batches.set(db, owners);
  const found =
    owners.get(ownerId) ??
    createBatches({
      run: (inputs: Send[]) => acceptTogether(db, ownerId, inputs),
      onIdle: () => owners.delete(ownerId),
    });
  owners.set(ownerId, found);
  return found;
}

/** null: nothing was inserted for that one. */
async function acceptTogether(db: Db, ownerId: OwnerId, inputs: Send[]): Promise<(Message | null)[]> {
  const at = now();
  const given = JSON.stringify(inputs.map((input) => ({ ...input, id: uuidv7() })));
  const write = async (sql: Sql) => {
    // only into a conversation of the number that is on show
    const made = await sql<MessageRow>`
      INSERT INTO message (id, owner_id, chat_id, client_id, own_number, client_key, direction, text, status, at)
      SELECT given.id, chat.owner_id, chat.id, chat.client_id, chat.own_number, given."clientKey", 'outbound', given.text, 'queued',
             ${at}::timestamptz
      FROM ROWS FROM (jsonb_to_recordset(${given}::jsonb) AS (id uuid, "chatId" uuid, text text, "clientKey" text))
        WITH ORDINALITY AS given(id, "chatId", text, "clientKey", n)
      JOIN chat ON chat.id = given."chatId" AND chat.owner_id = ${ownerId}::uuid
      JOIN whatsapp_session session ON session.owner_id = chat.owner_id AND session.phone = chat.own_number
      ORDER BY given.n
      ON CONFLICT (owner_id, client_key) DO NOTHING RETURNING *`;
    if (made.length === 0) return made;
    const ids = new Set(made.flatMap((row) => row.chatId ?? []));
    const chats = await touchAndReadAll(sql, [...ids], at);
    const bodies = made.map((row) => {
      const chat = chats.get(row.chatId ?? '');
      if (!chat) throw new Error('the chat is gone');
      return { type: 'message.created' as const, chat, message: toMessage(row) };
    });
    await appendEvents(sql, ownerId, bodies);
    return made;
  };
  const rows = await againOnConflict(() => db.sql.transaction(write));
  const made = new Map(rows.map((row) => [row.clientKey, row]));
  return inputs.map(({ clientKey, chatId, text }) => {
    const row = made.get(clientKey);
    // one key twice in a batch is one row, and its second text is refused
    return row && row.chatId === chatId && row.text === text ? toMessage(row) : null;
  });
}

/** Nothing was inserted: it was accepted before under this key, or there is a reason to say. */
async function whyNotAccepted(db: Db, ownerId: OwnerId, input: Send): Promise<Message> {
  const same = await findAccepted(db, ownerId, input);
  if (same) return same;
  await getChat(db, ownerId, input.chatId);
  throw new AppError('OTHER_NUMBER');
}

async function tellCreated(sql: Sql, ownerId: OwnerId, row: MessageRow): Promise<Message> {
  const message = toMessage(row);
  const chat = row.chatId === null ? null : await touchAndRead(sql, row.chatId, row.at, 0);
  await appendEvent(sql, ownerId, { type: 'message.created', chat, message });
  return message;
}

/**
 * By what a failed message would go again: the own number's outbox, for what was written in a chat; or the best channel, for what may go
 * by several (docs/channels.md). Throws MESSAGE_NOT_FOUND unless it is the owner's own outgoing message.
 */
export async function retriesBy(db: Db | Tx, ownerId: OwnerId, messageId: string): Promise<'outbox' | 'best_channel'> {
  const row = await db.message.findFirst({
    where: { id: messageId, ownerId, direction: 'outbound' },
    select: { ownNumber: true, attempts: { select: { id: true }, take: 1 } },
  });
  if (!row) throw new AppError('MESSAGE_NOT_FOUND');
  return row.ownNumber !== null && row.attempts.length === 0 ? 'outbox' : 'best_channel';
}

/**
 * Queues a failed message again, as the same row. Throws MESSAGE_NOT_FOUND, OTHER_NUMBER for one in the outbox of another number, or
 * NOT_RETRYABLE for one that may have left.
 */
export async function retryMessage(db: Db, ownerId: OwnerId, messageId: string): Promise<Message> {
  const ownNumber = await ownNumberOf(db, ownerId);
  return db.$transaction(async (tx) => {
    const byBest = (await retriesBy(tx, ownerId, messageId)) === 'best_channel';
    const row = await tx.message.findFirstOrThrow({ where: { id: messageId, ownerId } });
    if (!byBest && row.ownNumber !== ownNumber) throw new AppError('OTHER_NUMBER');
    const [queued] = await tx.message.updateManyAndReturn({
      // a row with a provider's id was taken by it: sending it again would double it
      where: { id: row.id, status: 'failed', engineMessageId: null },
      data: {
        status: 'queued',
        errorCode: null,
        errorMessage: null,
        handedOverAt: null,
        at: now(),
        ...(byBest && { ownNumber: null }),
      },
    });
    if (!queued) throw new AppError('NOT_RETRYABLE');
    const sql = sqlOf(tx);
    if (byBest) {
      await forgetRefusals(sql, messageId);
      await enqueue(sql, 'send_message', { messageId }, { key: `send:${messageId}` });
    }
    return tellCreated(sql, ownerId, queued);
  });
}

/** What the own number would not take before stands in no way of its being asked again, by the link that is there now. */
async function forgetRefusals(sql: Sql, messageId: string): Promise<void> {
  await sql`
    UPDATE message_attempt SET outcome = 'refused'
    WHERE message_id = ${messageId}::uuid AND provider = 'whatsapp_web' AND outcome = 'not_left'`;
  await waitAgain(sql, messageId);
}

/** The chat of a number that WhatsApp knows, made when it is not there. */
export async function openChat(
  db: Db,
  ownerId: OwnerId,
  ownNumber: string,
  peer: { engineChatId: string; phone: string },
): Promise<Chat> {
  return againOnConflict(() =>
    db.sql.transaction(async (sql) => {
      const row = await upsertChat(sql, ownerId, ownNumber, { ...peer, name: null });
      const { events } = await clientOfChat(sql, ownerId, row, false);
      // what is being written in it must be found again, so it stands in the list before anything was said
      const chat = row.lastMessageAt ? await readChat(sql, row.id) : await touchAndRead(sql, row.id, now(), 0);
      if (row.goneChatId) await appendEvent(sql, ownerId, { type: 'chat.joined', chat, goneChatId: row.goneChatId });
      else if (!row.lastMessageAt) await appendEvent(sql, ownerId, { type: 'chat.updated', chat });
      for (const event of events) await appendEvent(sql, ownerId, event);
      return chat;
    }),
  );
}

/**
 * Marks a chat read up to the newest message that a person had on screen: what came later stays unread. Answers with the chat and
 * whether anything changed. Throws CHAT_NOT_FOUND or MESSAGE_NOT_FOUND.
 */
export async function markRead(
  db: Db,
  ownerId: OwnerId,
  input: { chatId: string; upToMessageId: string },
): Promise<{ chat: Chat; engineChatId: string; changed: boolean }> {
  return db.$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ unread: number; engine_chat_id: string }[]>`
      SELECT unread, engine_chat_id FROM chat WHERE id = ${input.chatId}::uuid AND owner_id = ${ownerId}::uuid FOR UPDATE`;
    const before = rows[0];
    if (!before) throw new AppError('CHAT_NOT_FOUND');
    const seen = await tx.message.findFirst({ where: { id: input.upToMessageId, chatId: input.chatId, ownerId } });
    if (!seen) throw new AppError('MESSAGE_NOT_FOUND');
    const later = await tx.message.count({
      where: {
        chatId: input.chatId,
        direction: 'inbound',
        OR: [{ at: { gt: seen.at } }, { at: seen.at, position: { gt: seen.position } }],
      },
    });
    const unread = Math.min(before.unread, later);
    const changed = unread < before.unread;
    if (changed) await tx.chat.update({ where: { id: input.chatId }, data: { unread } });
    const chat = await readChat(sqlOf(tx), input.chatId);
    if (changed) await appendEvent(sqlOf(tx), ownerId, { type: 'chat.updated', chat });
    return { chat, engineChatId: before.engine_chat_id, changed };
  });
}
