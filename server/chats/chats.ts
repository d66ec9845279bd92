import type { OwnerId } from '@/server/auth/owner-id';
import type { Db, Tx } from '@/server/db';
import { AppError } from '@/server/errors';
import { asLike, phoneDigits } from '@/server/text/search';
import { decodeCursor, encodeCursor } from './cursor';
import { toMessage } from './dto';
import type { Chat, Message } from './schema';
import { readNewest } from './store';

type Page<Item> = { items: Item[]; nextCursor: string | null };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const POSITION = /^\d{1,18}$/;

/** The owner's number whose conversations are on show: the linked one, or the last that was. null before the first link. */
export async function ownNumberOf(db: Db | Tx, ownerId: OwnerId): Promise<string | null> {
  const session = await db.whatsappSession.findUnique({ where: { ownerId }, select: { phone: true } });
  return session?.phone ?? null;
}

/** Conversations of the own number on show in which something was said, newest message first. */
export async function listChats(
  db: Db,
  ownerId: OwnerId,
  input: { cursor?: string | undefined; limit: number; search?: string | undefined; unreadOnly: boolean },
): Promise<Page<Chat>> {
  const ownNumber = await ownNumberOf(db, ownerId);
  if (!ownNumber) return { items: [], nextCursor: null };
  const place = input.cursor ? decodeCursor(input.cursor, UUID) : null;
  const { search } = input;
  const digits = search ? phoneDigits(search) : null;
  const rows = await db.chat.findMany({
    where: {
      ownerId,
      ownNumber,
      lastMessageAt: { not: null },
      ...(input.unreadOnly && { unread: { gt: 0 } }),
      AND: [
        search
          ? {
              OR: [
                { name: { contains: asLike(search), mode: 'insensitive' } },
                ...(digits ? [{ phone: { contains: digits } }] : []),
              ],
            }
          : {},
        place ? { OR: [{ lastMessageAt: { lt: place.at } }, { lastMessageAt: place.at, id: { lt: place.tie } }] } : {},
      ],
    },
    orderBy: [{ lastMessageAt: 'desc' }, { id: 'desc' }],
    take: input.limit + 1,
  });
  const items = await readNewest(db.sql.one, rows.slice(0, input.limit));
  const last = items.at(-1);
  const more = rows.length > input.limit && last?.lastMessageAt;
  return {
    items,
    nextCursor: more && last.lastMessageAt ? encodeCursor({ at: last.lastMessageAt, tie: last.id }) : null,
  };
}

/** Throws CHAT_NOT_FOUND, also for another owner's. */
export async function getChat(db: Db, ownerId: OwnerId, chatId: string): Promise<Chat> {
  const row = await db.chat.findFirst({ where: { id: chatId, ownerId } });
  const [chat] = row ? await readNewest(db.sql.one, [row]) : [];
  if (!chat) throw new AppError('CHAT_NOT_FOUND');
  return chat;
}

/** A page of a conversation, oldest first; `nextCursor` leads to what is older. Throws CHAT_NOT_FOUND. */
export async function listMessages(
  db: Db,
  ownerId: OwnerId,
  input: { chatId: string; cursor?: string | undefined; limit: number },
): Promise<Page<Message>> {
  await getChat(db, ownerId, input.chatId);
  const place = input.cursor ? decodeCursor(input.cursor, POSITION) : null;
  const rows = await db.message.findMany({
    where: {
      ownerId,
      chatId: input.chatId,
      ...(place && { OR: [{ at: { lt: place.at } }, { at: place.at, position: { lt: BigInt(place.tie) } }] }),
    },
    orderBy: [{ at: 'desc' }, { position: 'desc' }],
    take: input.limit + 1,
  });
  const items = rows.slice(0, input.limit).map(toMessage).reverse();
  const oldest = items[0];
  const more = rows.length > input.limit && oldest;
  return { items, nextCursor: more ? encodeCursor({ at: oldest.at, tie: String(oldest.position) }) : null };
}
