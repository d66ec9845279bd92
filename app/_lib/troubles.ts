import type { AdminSession } from '@/server/admin/schema';

/** Sessions that fail for one reason: when WhatsApp changes, that is all of them at once. `since`: the first one's. */
export type Trouble = Pick<AdminSession, 'status' | 'reason' | 'missing' | 'pageVersion'> & {
  key: string;
  failingSince: Date | null;
  sessions: AdminSession[];
};

/** Groups sessions by what is wrong, in the order in which it began. */
export function groupTroubles(sessions: readonly AdminSession[]): Trouble[] {
  const troubles = new Map<string, Trouble>();
  for (const session of sessions) {
    const { status, reason, missing, pageVersion, failingSince } = session;
    const key = JSON.stringify([status, reason, pageVersion, missing.toSorted()]);
    const known = troubles.get(key);
    if (known) known.sessions.push(session);
    else troubles.set(key, { key, status, reason, missing, pageVersion, failingSince, sessions: [session] });
  }
  return [...troubles.values()];
}
