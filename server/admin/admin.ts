import { ownerIdOfRow } from '@/server/auth/owner-id';
import type { Db } from '@/server/db';
import type { Registry } from '@/server/whatsapp/registry';
import type { WhatsappStatus } from '@/server/whatsapp/schema';
import type { AdminSession, AdminSessions } from './schema';

const SHOWN = 100;

/** What a person has to look at: the owner for a refused link, whoever runs the server for the rest. */
const needsSomebody = ({ status }: WhatsappStatus): boolean => status === 'error' || status === 'auth_failed';

/**
 * The sessions that need somebody, of every owner and whichever process runs them: the one place that reads across owners, for the
 * admin alone.
 */
export async function listTroubled(deps: { db: Db; registry: Pick<Registry, 'overview'> }): Promise<AdminSessions> {
  const rows = await deps.db.whatsappSession.findMany({
    where: { wanted: true },
    select: { ownerId: true, owner: { select: { name: true } } },
  });
  const statuses = await deps.registry.overview(rows.map(ownerIdOfRow));
  const items: AdminSession[] = rows.flatMap((row) => {
    const status = statuses.get(ownerIdOfRow(row));
    if (!status || !needsSomebody(status)) return [];
    const { reason, missing, pageVersion, failingSince, retryAt, hasSession } = status;
    const shown = { status: status.status, reason, missing, pageVersion, failingSince, retryAt, hasSession };
    return [{ ownerId: row.ownerId, ownerName: row.owner.name, ...shown }];
  });
  const since = ({ failingSince }: AdminSession) => failingSince?.getTime() ?? 0;
  return { items: items.sort((a, b) => since(a) - since(b)).slice(0, SHOWN), total: items.length };
}
