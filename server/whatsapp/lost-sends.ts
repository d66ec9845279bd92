import type { OwnerId } from '@/server/auth/owner-id';
import { endWebAttempt } from '@/server/channels/web-attempts';
import { toMessage } from '@/server/chats/dto';
import type { Tx } from '@/server/db';
import { appendEvent } from '@/server/events/log';
import { sqlOf } from '@/server/sql';

/**
 * Rows that were on their way when the process or the engine ended: nobody can say whether they left, and the row says so. Called by whoever
 * has the session, while nothing is being sent. `ownNumber`: of which; null: of all, for the link is over.
 */
export async function markUnconfirmed(tx: Tx, ownerId: OwnerId, ownNumber: string | null): Promise<void> {
  const rows = await tx.message.findMany({
    where: {
      ownerId,
      provider: 'whatsapp_web',
      ownNumber: ownNumber ?? { not: null },
      direction: 'outbound',
      status: 'queued',
      engineMessageId: null,
      handedOverAt: { not: null },
      errorCode: null,
    },
    orderBy: { position: 'asc' },
  });
  const sql = sqlOf(tx);
  for (const { id } of rows) {
    const row = await tx.message.update({ where: { id }, data: { errorCode: 'SEND_UNCONFIRMED' } });
    await endWebAttempt(sql, [id], 'unconfirmed', 'PROCESS_ENDED');
    await appendEvent(sql, ownerId, { type: 'message.updated', message: toMessage(row) });
  }
}
