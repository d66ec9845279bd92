import type { Prisma } from '@/server/generated/prisma/client';
import { fold } from '@/server/text/search';
import type { Client } from './schema';

export type ClientRow = Prisma.ClientGetPayload<object>;

/** The one place where a row becomes what callers see. */
export function toClient(row: ClientRow): Client {
  const { id, name, phone, email, notes, createdAt, updatedAt } = row;
  return { id, name, phone, email, notes, createdAt, updatedAt };
}

/** What a search looks in. */
export function searchTextOf(of: Pick<Client, 'name' | 'phone' | 'email' | 'notes'>): string {
  return fold([of.name, of.phone, of.email, of.notes].filter((part) => part !== null).join('\n'));
}
