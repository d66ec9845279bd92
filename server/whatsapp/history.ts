import type { OwnerId } from '@/server/auth/owner-id';
import { getClient } from '@/server/clients/clients';
import type { Db } from '@/server/db';
import type { Locale } from '@/server/errors';
import { toMessage } from '@/server/messages/dto';
import type { Message } from '@/server/messages/schema';

type Wanted = {
  clientId?: string | undefined;
  direction?: 'inbound' | 'outbound' | undefined;
  limit: number;
  offset: number;
};

/** What went over the owner's own number, newest first, and how many there are. Throws CLIENT_NOT_FOUND. */
export async function listWhatsappMessages(
  db: Db,
  ownerId: OwnerId,
  { clientId, direction, limit, offset }: Wanted,
  locale: Locale,
): Promise<{ messages: Message[]; total: number }> {
  if (clientId) await getClient(db, ownerId, clientId, 'clientId');
  const where = {
    ownerId,
    channel: 'whatsapp' as const,
    provider: 'whatsapp_web' as const,
    ...(clientId && { clientId }),
    ...(direction && { direction }),
  };
  const [rows, total] = await Promise.all([
    db.message.findMany({ where, orderBy: [{ at: 'desc' }, { position: 'desc' }], take: limit, skip: offset }),
    db.message.count({ where }),
  ]);
  return { messages: rows.map((row) => toMessage(row, locale)), total };
}
