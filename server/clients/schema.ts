import { z } from 'zod';
import { email } from '@/server/auth/schema';
import { opaqueId } from '@/server/ids/schema';
import { listQuery, page } from '@/server/paging/schema';
import { storable } from '@/server/text/schema';

export const client = z.object({
  id: z.string(),
  name: z.string(),
  /** E.164 with +; null: known by e-mail only, or a number that WhatsApp hides. */
  phone: z.string().nullable(),
  email: z.string().nullable(),
  notes: z.string().nullable(),
  createdAt: z.coerce.date(),
  updatedAt: z.coerce.date(),
});
export type Client = z.infer<typeof client>;

/** What orders and messages say of whom they belong to. */
export const clientBrief = client.pick({ id: true, name: true, phone: true });
export type ClientBrief = z.infer<typeof clientBrief>;

const name = storable(z.string().trim().min(1).max(120));
const phone = z.string().trim().min(1).max(40);
const notes = storable(z.string().trim().max(5000));

export const listClientsInput = z.object({ ...listQuery });
export const clientPage = page(client);

export const clientInput = z.object({ id: opaqueId });

/** Said where there would be neither. */
export const UNREACHABLE = {
  es: 'Hace falta un teléfono o un correo.',
  en: 'A phone or an e-mail is needed.',
};

/** One of the two ways to reach a person must be there. */
export const createClientInput = z
  .object({ name, phone: phone.nullish(), email: email.nullish(), notes: notes.nullish() })
  .refine((input) => Boolean(input.phone || input.email), { path: ['phone'], params: { words: UNREACHABLE } });

/** What is not given stays as it is; null empties it. */
export const updateClientInput = z.object({
  id: opaqueId,
  name: name.optional(),
  phone: phone.nullish(),
  email: email.nullish(),
  notes: notes.nullish(),
});
