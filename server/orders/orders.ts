import type { OwnerId } from '@/server/auth/owner-id';
import { matching } from '@/server/clients/clients';
import { againOnConflict, type Db, type Tx } from '@/server/db';
import { AppError } from '@/server/errors';
import { appendEvent } from '@/server/events/log';
import type { Prisma } from '@/server/generated/prisma/client';
import { sqlOf } from '@/server/sql';
import { asLike, fold } from '@/server/text/search';
import type { Order, OrderStatus } from './schema';

const include = { client: { select: { id: true, name: true, phone: true } } } as const;
type Row = Prisma.OrderGetPayload<{ include: typeof include }>;

/** The one place where a row becomes what callers see. */
function toOrder(row: Row): Order {
  const { id, ownerId, clientId, description, status, createdAt, updatedAt, client } = row;
  return { id, userId: ownerId, clientId, description, status, createdAt, updatedAt, client };
}

type Filters = {
  limit: number;
  offset: number;
  search?: string | undefined;
  clientId?: string | undefined;
  status?: OrderStatus | undefined;
};

/** The owner's orders, newest first; `total` counts all that match. Throws CLIENT_NOT_FOUND for a client that is not the owner's. */
export async function listOrders(
  db: Db,
  ownerId: OwnerId,
  { limit, offset, search, clientId, status }: Filters,
): Promise<{ items: Order[]; total: number }> {
  if (clientId) await assertClient(db, ownerId, clientId);
  const where: Prisma.OrderWhereInput = {
    ownerId,
    ...(clientId && { clientId }),
    ...(status && { status }),
    ...(search && { OR: [{ searchText: { contains: asLike(fold(search)) } }, { client: matching(search) }] }),
  };
  const [rows, total] = await Promise.all([
    db.order.findMany({ where, include, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: limit, skip: offset }),
    db.order.count({ where }),
  ]);
  return { items: rows.map(toOrder), total };
}

/** Throws ORDER_NOT_FOUND, also for another owner's; `field`: where the caller named it, if not in the path. */
export async function getOrder(db: Db | Tx, ownerId: OwnerId, id: string, field?: string): Promise<Order> {
  const row = await db.order.findFirst({ where: { id, ownerId }, include });
  if (!row) throw new AppError('ORDER_NOT_FOUND', field ? { fields: [field] } : {});
  return toOrder(row);
}

async function assertClient(tx: Db | Tx, ownerId: OwnerId, id: string): Promise<void> {
  const client = await tx.client.findFirst({ where: { id, ownerId }, select: { id: true } });
  if (!client) throw new AppError('CLIENT_NOT_FOUND', { fields: ['clientId'] });
}

/** Throws CLIENT_NOT_FOUND, also for another owner's. */
export function createOrder(
  db: Db,
  ownerId: OwnerId,
  input: { clientId: string; description: string; status: OrderStatus },
): Promise<Order> {
  return againOnConflict(() =>
    db.$transaction(async (tx) => {
      await assertClient(tx, ownerId, input.clientId);
      const row = await tx.order.create({ data: { ownerId, ...input, searchText: fold(input.description) }, include });
      const order = toOrder(row);
      await appendEvent(sqlOf(tx), ownerId, { type: 'order.created', order });
      return order;
    }),
  );
}

/** Changes what is given and leaves the rest. Throws ORDER_NOT_FOUND or CLIENT_NOT_FOUND. */
export function updateOrder(
  db: Db,
  ownerId: OwnerId,
  id: string,
  change: { clientId?: string | undefined; description?: string | undefined; status?: OrderStatus | undefined },
): Promise<Order> {
  const { clientId, description, status } = change;
  return againOnConflict(() =>
    db.$transaction(async (tx) => {
      const before = await getOrder(tx, ownerId, id);
      if (clientId) await assertClient(tx, ownerId, clientId);
      const isSame = (['clientId', 'description', 'status'] as const).every(
        (name) => change[name] === undefined || change[name] === before[name],
      );
      if (isSame) return before;
      const [row] = await tx.order.updateManyAndReturn({
        where: { id, ownerId },
        data: {
          ...(clientId && { clientId }),
          ...(description && { description, searchText: fold(description) }),
          ...(status && { status }),
        },
        select: { id: true },
      });
      if (!row) throw new AppError('ORDER_NOT_FOUND');
      const order = await getOrder(tx, ownerId, id);
      await appendEvent(sqlOf(tx), ownerId, { type: 'order.updated', order });
      return order;
    }),
  );
}

/** Throws ORDER_NOT_FOUND. Messages about it stay, and name no order then. */
export function deleteOrder(db: Db, ownerId: OwnerId, id: string): Promise<void> {
  return againOnConflict(() =>
    db.$transaction(async (tx) => {
      // whoever writes a message about this order waits for us now, and then finds it gone
      const rows = await tx.$queryRaw<object[]>`
        SELECT 1 FROM "order" WHERE id = ${id}::uuid AND owner_id = ${ownerId}::uuid FOR UPDATE`;
      if (rows.length === 0) throw new AppError('ORDER_NOT_FOUND');
      await tx.message.updateMany({ where: { ownerId, orderId: id }, data: { orderId: null } });
      await tx.order.delete({ where: { id } });
      await appendEvent(sqlOf(tx), ownerId, { type: 'order.deleted', orderId: id });
    }),
  );
}
