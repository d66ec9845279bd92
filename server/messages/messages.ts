import type { OwnerId } from '@/server/auth/owner-id';
import { getClient } from '@/server/clients/clients';
import type { Db } from '@/server/db';
import { AppError, type Locale } from '@/server/errors';
import type { Prisma } from '@/server/generated/prisma/client';
import { getOrder } from '@/server/orders/orders';
import type { z } from 'zod';
import { toMessage } from './dto';
import type { JoinedMessage, listMessagesInput, ToldMessage, unclaimedMessage } from './schema';

const include = {
  client: { select: { id: true, name: true, phone: true, email: true } },
  order: { select: { id: true, description: true, status: true } },
} as const satisfies Prisma.MessageInclude;
type Row = Prisma.MessageGetPayload<{ include: typeof include }>;

const toJoined = (row: Row, locale: Locale): JoinedMessage => ({
  ...toMessage(row, locale),
  scheduledAt: row.scheduledAt,
  client: row.client,
  order: row.order,
});

/** The owner's messages over every channel, newest first; `total` counts all that match. Throws CLIENT_NOT_FOUND or ORDER_NOT_FOUND. */
export async function listMessages(
  db: Db,
  ownerId: OwnerId,
  { limit, offset, ...filters }: z.infer<typeof listMessagesInput>,
  locale: Locale,
): Promise<{ messages: JoinedMessage[]; total: number }> {
  if (filters.clientId) await getClient(db, ownerId, filters.clientId, 'clientId');
  if (filters.orderId) await getOrder(db, ownerId, filters.orderId, 'orderId');
  const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
  const where: Prisma.MessageWhereInput = { ...given, ownerId };
  const [rows, total] = await Promise.all([
    db.message.findMany({ where, include, orderBy: [{ at: 'desc' }, { position: 'desc' }], take: limit, skip: offset }),
    db.message.count({ where }),
  ]);
  return { messages: rows.map((row) => toJoined(row, locale)), total };
}

/** Throws MESSAGE_NOT_FOUND, also for another owner's. */
export async function getMessage(db: Db, ownerId: OwnerId, id: string, locale: Locale): Promise<ToldMessage> {
  const attempts = {
    select: { provider: true, at: true, endedAt: true, outcome: true, code: true, why: true },
    orderBy: { at: 'asc' },
  } as const;
  const row = await db.message.findFirst({ where: { id, ownerId }, include: { ...include, attempts } });
  if (!row) throw new AppError('MESSAGE_NOT_FOUND');
  return { ...toJoined(row, locale), providerReason: row.providerReason, attempts: row.attempts };
}

/** What came in over Twilio for nobody, newest first. */
export async function listUnclaimed(
  db: Db,
  { limit, offset }: { limit: number; offset: number },
): Promise<{ items: z.infer<typeof unclaimedMessage>[]; total: number }> {
  const [items, total] = await Promise.all([
    db.unclaimedMessage.findMany({ orderBy: [{ receivedAt: 'desc' }, { id: 'desc' }], take: limit, skip: offset }),
    db.unclaimedMessage.count(),
  ]);
  return { items, total };
}
