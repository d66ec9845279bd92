import { isSupportedCountry } from 'libphonenumber-js/max';
import type { OwnerId } from '@/server/auth/owner-id';
import type { Db } from '@/server/db';
import { AppError } from '@/server/errors';
import type { Settings } from './schema';

const fields = { readReceipts: true, locale: true, country: true } as const;

const toSettings = (row: { readReceipts: boolean; locale: string; country: string | null }): Settings => ({
  readReceipts: row.readReceipts,
  locale: row.locale === 'en' ? 'en' : 'es',
  country: row.country,
});

export async function getSettings(db: Db, ownerId: OwnerId): Promise<Settings> {
  return toSettings(await db.user.findUniqueOrThrow({ where: { id: ownerId }, select: fields }));
}

/** Throws INVALID_INPUT for a country that has no phones. */
export async function updateSettings(db: Db, ownerId: OwnerId, change: Partial<Settings>): Promise<Settings> {
  if (change.country && !isSupportedCountry(change.country))
    throw new AppError('INVALID_INPUT', { fields: ['country'] });
  return toSettings(await db.user.update({ where: { id: ownerId }, data: change, select: fields }));
}

/** Where the owner's phones without `+` are read: their own choice, else `fallback` (DEFAULT_COUNTRY). Two capital letters. */
export async function countryOf(db: Db, ownerId: OwnerId, fallback: string): Promise<string> {
  return (await getSettings(db, ownerId)).country ?? fallback;
}
