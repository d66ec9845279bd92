import type { OwnerId } from '@/server/auth/owner-id';
import { askAboutSpellings } from '@/server/clients/whatsapp-word';
import { type Db, isDatabaseAway } from '@/server/db';
import type { Logger } from '@/server/logger';
import type { ChatId, Engine } from './engine';
import type { IngestScope } from './ingest';

type Parts = { db: Db; ownerId: OwnerId; ownNumber: string; engine: Engine; logger: Logger };

/**
 * What a connection does before somebody new is made a client, once per chat and connection: where a client was typed with the other
 * spelling of the number, WhatsApp is asked whether they are one person (when it cannot say, they stay two until it does); and the
 * address book is asked for their name.
 */
export function createAskFirst(parts: Parts): NonNullable<IngestScope['askFirst']> {
  const { db, ownerId, ownNumber, engine, logger } = parts;
  const asked = new Set<ChatId>();

  const isNew = async (chatId: ChatId): Promise<boolean> => {
    const rows = await db.sql.one`
      SELECT 1 FROM chat
      WHERE owner_id = ${ownerId}::uuid AND own_number = ${ownNumber} AND engine_chat_id = ${chatId} AND client_id IS NOT NULL`;
    return rows.length === 0;
  };

  return async ({ chatId, phone }) => {
    if (asked.has(chatId)) return null;
    asked.add(chatId);
    try {
      if (phone !== null) await askAboutSpellings(db, ownerId, phone, (spelled) => engine.resolve(spelled));
      return (await isNew(chatId)) ? ((await engine.savedName?.(chatId)) ?? null) : null;
    } catch (error) {
      // the message waits for the database, and is asked about again
      if (isDatabaseAway(error)) asked.delete(chatId);
      logger.warn({ err: error, ownerId }, 'WhatsApp could not be asked about somebody who wrote');
      return null;
    }
  };
}
