import { z } from 'zod';
import { clientBrief } from '@/server/clients/schema';
import { opaqueId } from '@/server/ids/schema';
import { listQuery, page } from '@/server/paging/schema';
import { storable } from '@/server/text/schema';

export const orderStatus = z.enum(['pendiente', 'confirmado', 'en_proceso', 'completado', 'entregado', 'cancelado']);
export type OrderStatus = z.infer<typeof orderStatus>;

export const order = z.object({
  id: z.string(),
  userId: z.string(),
  clientId: z.string(),
  description: z.string(),
  status: orderStatus,
  createdAt: z.coerce.date(),
  updatedAt: z.coerce.date(),
  client: clientBrief,
});
export type Order = z.infer<typeof order>;

const description = storable(z.string().trim().min(1).max(2000));

/** `search` looks in the description and in the client's name, e-mail, notes and phone. */
export const listOrdersInput = z.object({
  ...listQuery,
  clientId: opaqueId.optional(),
  status: orderStatus.optional(),
});
export const orderPage = page(order);

export const orderInput = z.object({ id: opaqueId });

export const createOrderInput = z.object({
  clientId: opaqueId,
  description,
  status: orderStatus.default('pendiente'),
});

/** What is not given stays as it is. */
export const updateOrderInput = z.object({
  id: opaqueId,
  clientId: opaqueId.optional(),
  description: description.optional(),
  status: orderStatus.optional(),
});
