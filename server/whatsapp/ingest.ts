import type { OwnerId } from '@/server/auth/owner-id';
import { toChat, toMessage } from '@/server/chats/dto';
import { ackChange, onceMoreOnConflict, readChat, touchChat, upsertChat } from '@/server/chats/store';
import type { Db, Tx } from '@/server/db';
import { toStorable } from '@/server/text/schema';
import { appendEvent } from '@/server/events/log';
import type { Ack, ChatKind, EngineChat, EngineMessage, MessageId } from './engine';
import { fence, type Lease } from './lease';
import type { WhatsappStatus } from './schema';
import { findSent, keepEarlyAck, settle } from './sent';
import { skippedOf } from './session-status';

/** Whose messages these are, and the proof that this process may write them. */
export type IngestScope = { db: Db; lease: Lease; ownerId: OwnerId; ownNumber: string };

/**
 * Stores one message that the engine told of, with its chat and its event, in ONE transaction; a message that is there already is
 * only brought up to date. `quiet`: read in from the past, so no event and no unread. Answers whether it was new.
 */
export async function ingestMessage(scope: IngestScope, message: EngineMessage, quiet = false): Promise<boolean> {
  // a text that Postgres refuses (a cut emoji is enough) must not be lost, nor keep the others waiting
  const { text, pushName } = message;
  const kept = { ...message, text: toStorable(text), pushName: pushName === null ? null : toStorable(pushName) };
  return onceMoreOnConflict(() => scope.db.$transaction((tx) => storeMessage(tx, scope, kept, quiet)));
}

async function storeMessage(tx: Tx, scope: IngestScope, message: EngineMessage, quiet: boolean): Promise<boolean> {
  const { ownerId, ownNumber, lease } = scope;
  await fence(tx, lease);
  const inbound = message.direction === 'inbound';
  const known = await tx.message.findUnique({
    where: { ownerId_ownNumber_engineMessageId: { ownerId, ownNumber, engineMessageId: message.id } },
  });
  if (known) {
    if (!inbound && message.ack) await applyAck(tx, ownerId, known, message.ack);
    return false;
  }

  const chat = await upsertChat(tx, ownerId, ownNumber, {
    engineChatId: message.chatId,
    phone: message.phone,
    name: inbound ? message.pushName : null,
  });
  if (!inbound) {
    const own = await findSent(tx, scope, chat.id, message);
    if (own) {
      await settle(tx, scope, own.id, message);
      return false;
    }
  }

  const row = await tx.message.create({
    data: {
      ownerId,
      ownNumber,
      chatId: chat.id,
      engineMessageId: message.id,
      direction: message.direction,
      kind: message.kind,
      text: message.text,
      status: inbound ? 'received' : (message.ack ?? 'sent'),
      at: message.sentAt,
      sentAt: message.sentAt,
    },
  });
  await touchChat(tx, chat.id, message.sentAt, inbound && !quiet ? 1 : 0);
  if (!quiet) {
    const fresh = toChat(await readChat(tx, chat.id));
    const type = inbound ? 'message.received' : 'message.created';
    await appendEvent(tx, ownerId, { type, chat: fresh, message: toMessage(row) });
  }
  return true;
}

/** Brings a message's status forward. An ack of a message whose row has no id yet is kept for the moment it has one. */
export async function ingestAck(scope: IngestScope, messageId: MessageId, ack: Ack): Promise<void> {
  const { db, ownerId, ownNumber, lease } = scope;
  await db.$transaction(async (tx) => {
    await fence(tx, lease);
    const row = await tx.message.findUnique({
      where: { ownerId_ownNumber_engineMessageId: { ownerId, ownNumber, engineMessageId: messageId } },
    });
    if (row) await applyAck(tx, ownerId, row, ack);
    else keepEarlyAck(lease, messageId, ack);
  });
}

async function applyAck(tx: Tx, ownerId: OwnerId, row: Parameters<typeof toMessage>[0], ack: Ack): Promise<void> {
  const change = ackChange(row.status, ack, new Date());
  if (row.direction === 'inbound' || !change) return;
  const updated = await tx.message.update({ where: { id: row.id }, data: change });
  await appendEvent(tx, ownerId, { type: 'message.updated', message: toMessage(updated) });
}

/** Counts a message of a kind of chat that this version does not store, so that it is not lost in silence. */
export async function countSkipped(
  scope: IngestScope,
  kind: Exclude<ChatKind, 'direct'>,
): Promise<WhatsappStatus['skipped']> {
  const { db, ownerId, lease } = scope;
  return db.$transaction(async (tx) => {
    await fence(tx, lease);
    const rows = await tx.$queryRaw<{ skipped: unknown }[]>`
      UPDATE whatsapp_session
      SET skipped = jsonb_set(skipped, ARRAY[${kind}], to_jsonb(COALESCE((skipped->>${kind})::int, 0) + 1))
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
    await fence(tx, lease);
    const row = await tx.chat.findFirst({
      where: { ownerId, ownNumber, OR: [{ engineChatId: chat.id }, ...(chat.phone ? [{ phone: chat.phone }] : [])] },
    });
    if (!row || row.unread === unread) return;
    const cameSince = row.lastMessageAt && chat.lastMessageAt && row.lastMessageAt > chat.lastMessageAt;
    if (cameSince || (!first && unread > row.unread)) return;
    await tx.chat.update({ where: { id: row.id }, data: { unread } });
    if (!first) await appendEvent(tx, ownerId, { type: 'chat.updated', chat: toChat(await readChat(tx, row.id)) });
  });
}
