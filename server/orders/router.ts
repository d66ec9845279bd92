import { z } from 'zod';
import { ownerProcedure, router } from '@/server/trpc';
import { createOrder, deleteOrder, getOrder, listOrders, updateOrder } from './orders';
import { createOrderInput, listOrdersInput, order, orderInput, orderPage, updateOrderInput } from './schema';

export const ordersRouter = router({
  list: ownerProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/orders',
        tags: ['orders'],
        summary: 'List orders',
        list: true,
        errors: ['CLIENT_NOT_FOUND'],
      },
    })
    .input(listOrdersInput)
    .output(orderPage)
    .query(({ ctx, input }) => listOrders(ctx.deps.db, ctx.ownerId, input)),

  get: ownerProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/orders/{id}',
        tags: ['orders'],
        summary: 'Get an order',
        errors: ['ORDER_NOT_FOUND'],
      },
    })
    .input(orderInput)
    .output(order)
    .query(({ ctx, input }) => getOrder(ctx.deps.db, ctx.ownerId, input.id)),

  create: ownerProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/orders',
        tags: ['orders'],
        summary: 'Create an order',
        status: 201,
        errors: ['CLIENT_NOT_FOUND'],
      },
    })
    .input(createOrderInput)
    .output(order)
    .mutation(({ ctx, input }) => createOrder(ctx.deps.db, ctx.ownerId, input)),

  update: ownerProcedure
    .meta({
      openapi: {
        method: 'PUT',
        path: '/orders/{id}',
        tags: ['orders'],
        summary: 'Change an order',
        description: 'What is not given stays as it is.',
        errors: ['ORDER_NOT_FOUND', 'CLIENT_NOT_FOUND'],
      },
    })
    .input(updateOrderInput)
    .output(order)
    .mutation(({ ctx, input: { id, ...change } }) => updateOrder(ctx.deps.db, ctx.ownerId, id, change)),

  delete: ownerProcedure
    .meta({
      openapi: {
        method: 'DELETE',
        path: '/orders/{id}',
        tags: ['orders'],
        summary: 'Delete an order',
        description: 'Messages about it stay.',
        status: 204,
        errors: ['ORDER_NOT_FOUND'],
      },
    })
    .input(orderInput)
    .output(z.void())
    .mutation(({ ctx, input }) => deleteOrder(ctx.deps.db, ctx.ownerId, input.id)),
});
