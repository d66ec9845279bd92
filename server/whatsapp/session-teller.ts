import type { Db } from '@/server/db';
import type { Logger } from '@/server/logger';
import { type Lease, LeaseLost } from './lease';
import type { StatusWord, WhatsappStatus } from './schema';
import { tellChange } from './session-row';

/**
 * Gives a session's lasting states to the log, each once however often it is tried again. A database that is away must not keep a
 * session from going on; a lost lease must.
 */
export function createTeller(db: Db, logger: Logger) {
  let told: StatusWord | null = null;
  return {
    async tell(lease: Lease, status: WhatsappStatus): Promise<void> {
      if (status.status === told) return;
      told = status.status;
      await tellChange(db, lease, status).catch((error) => {
        if (error instanceof LeaseLost) throw error;
        logger.warn({ err: error, ownerId: lease.ownerId }, 'a session state could not be logged');
      });
    },
  };
}
