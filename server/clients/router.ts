import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { OwnerId } from '@/server/auth/owner-id';
import { parsePhone } from '@/server/chats/phone-number';
import { isAppError } from '@/server/errors';
import { countryOf } from '@/server/settings/settings';
import { type Deps, ownerProcedure, router } from '@/server/trpc';
import { createClient, deleteClient, getClient, listClients, updateClient } from './clients';
import { client, clientInput, clientPage, createClientInput, listClientsInput, updateClientInput } from './schema';

async function phoneOf({ db, config }: Deps, ownerId: OwnerId, written: string): Promise<string> {
  return parsePhone(written, await countryOf(db, ownerId, config.DEFAULT_COUNTRY), 'phone');
}

/** What somebody who fills a form waits for WhatsApp at the most, ms. */
const ASK_WITHIN_MS = 5_000;

/** Where no phone is connected, or WhatsApp takes long, nobody can be asked. */
const askingAs = ({ db, registry }: Deps, ownerId: OwnerId) => ({
  db,
  ask: async (phone: string) => {
    try {
      const late = sleep(ASK_WITHIN_MS, undefined, { ref: false });
      return (await Promise.race([registry.resolve(ownerId, phone), late]))?.peer;
    } catch (error) {
      if (isAppError(error)) return undefined;
      throw error;
    }
  },
});

export const clientsRouter = router({
  list: ownerProcedure
    .meta({ openapi: { method: 'GET', path: '/clients', tags: ['clients'], summary: 'List clients', list: true } })
    .input(listClientsInput)
    .output(clientPage)
    .query(({ ctx, input }) => listClients(ctx.deps.db, ctx.ownerId, input)),

  get: ownerProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/clients/{id}',
        tags: ['clients'],
        summary: 'Get a client',
        errors: ['CLIENT_NOT_FOUND'],
      },
    })
    .input(clientInput)
    .output(client)
    .query(({ ctx, input }) => getClient(ctx.deps.db, ctx.ownerId, input.id)),

  create: ownerProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/clients',
        tags: ['clients'],
        summary: 'Create a client',
        description: 'A phone, an e-mail, or both. A phone without + is read in the country of the account.',
        status: 201,
        oneNeeded: ['phone', 'email'],
        errors: ['INVALID_PHONE', 'CLIENT_PHONE_EXISTS'],
      },
    })
    .input(createClientInput)
    .output(client)
    .mutation(async ({ ctx: { deps, ownerId }, input }) => {
      const phone = input.phone ? await phoneOf(deps, ownerId, input.phone) : null;
      const { name, email = null, notes = null } = input;
      return createClient(askingAs(deps, ownerId), ownerId, { name, phone, email, notes: notes || null });
    }),

  update: ownerProcedure
    .meta({
      openapi: {
        method: 'PUT',
        path: '/clients/{id}',
        tags: ['clients'],
        summary: 'Change a client',
        description:
          'What is not given stays as it is; null empties the phone, the e-mail or the notes. A phone or an e-mail has to stay.',
        errors: ['INVALID_PHONE', 'CLIENT_NOT_FOUND', 'CLIENT_PHONE_EXISTS'],
      },
    })
    .input(updateClientInput)
    .output(client)
    .mutation(async ({ ctx: { deps, ownerId }, input: { id, phone, ...change } }) => {
      // what is not the caller's is absent, whatever they would change
      await getClient(deps.db, ownerId, id);
      const moved = phone && (await phoneOf(deps, ownerId, phone));
      return updateClient(askingAs(deps, ownerId), ownerId, id, { ...change, phone: moved });
    }),

  delete: ownerProcedure
    .meta({
      openapi: {
        method: 'DELETE',
        path: '/clients/{id}',
        tags: ['clients'],
        summary: 'Delete a client',
        description: 'Only one without orders. Their messages stay.',
        status: 204,
        errors: ['CLIENT_NOT_FOUND', 'CLIENT_HAS_ORDERS'],
      },
    })
    .input(clientInput)
    .output(z.void())
    .mutation(({ ctx, input }) => deleteClient(ctx.deps.db, ctx.ownerId, input.id)),
});
