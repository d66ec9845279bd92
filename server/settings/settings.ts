import type { OwnerId } from '@/server/auth/owner-id';
import type { Db } from '@/server/db';
import type { Settings } from './schema';

const fields = { readReceipts: true, locale: true } as const;

const toSettings = (row: { readReceipts: boolean; locale: string }): Settings => ({
  readReceipts: row.readReceipts,
  locale: row.locale === 'en' ? 'en' : 'es',
});

export async function getSettings(db: Db, ownerId: OwnerId): Promise<Settings> {
  return toSettings(await db.user.findUniqueOrThrow({ where: { id: ownerId }, select: fields }));
}

export async function updateSettings(db: Db, ownerId: OwnerId, change: Partial<Settings>): Promise<Settings> {
  return toSettings(await db.user.update({ where: { id: ownerId }, data: change, select: fields }));
}

/** Where the owner's phones without `+` are read: their own choice, else `fallback` (DEFAULT_COUNTRY). Two capital letters. */
export async function countryOf(db: Db, ownerId: OwnerId, fallback: string): Promise<string> {
  const { country } = await db.user.findUniqueOrThrow({ where: { id: ownerId }, select: { country: true } });
  return country ?? fallback;
}
