import type { Channels } from '@/server/channels/channels';
import { againOnConflict, type Db } from '@/server/db';
import type { Logger } from '@/server/logger';
import { askLater } from './settle';
import { settleFoundAtTwilio } from './twilio-status';

type Parts = { db: Db; channels: Channels; logger: Logger };

/** Asks the provider what became of an attempt of which nobody knows whether it left; `tries`: how often it was asked before. */
export async function settleAttempt(parts: Parts, attemptId: string, tries: number): Promise<void> {
  const { db, channels, logger } = parts;
  const attempt = await db.messageAttempt.findUnique({
    where: { id: attemptId },
    include: { message: { select: { text: true } } },
  });
  if (attempt?.outcome !== 'unconfirmed') return;
  const { provider, recipient, at, message } = attempt;
  const known = async (ids: string[]) => {
    const rows = await db.messageAttempt.findMany({
      where: { provider, providerMessageId: { in: ids } },
      select: { providerMessageId: true },
    });
    return new Set(rows.flatMap(({ providerMessageId }) => providerMessageId ?? []));
  };
  const lost = { recipient, text: message.text, at, known };
  const found = await channels
    .port(provider)
    ?.find?.(lost)
    .catch((error: unknown) => {
      logger.warn({ err: error, provider }, 'a provider could not be asked what became of a message');
      return null;
    });
  const settled =
    found && (await againOnConflict(() => db.sql.transaction((sql) => settleFoundAtTwilio(sql, attemptId, found))));
  if (!settled) await askLater(db.sql.one, attemptId, tries + 1);
}
