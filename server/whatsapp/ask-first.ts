import type { OwnerId } from '@/server/auth/owner-id';
import { askAboutSpellings } from '@/server/clients/whatsapp-word';
import type { Db } from '@/server/db';
import type { Logger } from '@/server/logger';
import type { Engine } from './engine';

/**
 * What a connection does before somebody new is made a client: where a client was typed with the other spelling of the number,
 * WhatsApp is asked whether they are one person. Once per number and connection; when it cannot say, they stay two until it does.
 */
export function createAskFirst(parts: { db: Db; ownerId: OwnerId; engine: Engine; logger: Logger }) {
  const { db, ownerId, engine, logger } = parts;
  const asked = new Set<string>();
  return async (phone: string): Promise<void> => {
    if (asked.has(phone)) return;
    asked.add(phone);
    try {
      await askAboutSpellings(db, ownerId, phone, (spelled) => engine.resolve(spelled));
    } catch (error) {
      logger.warn({ err: error, ownerId }, 'WhatsApp could not be asked about another spelling of a number');
    }
  };
}
