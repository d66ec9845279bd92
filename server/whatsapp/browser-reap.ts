import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { findLiveOwner, isClaimed } from './browser-claim';
import { findProcess, isMain, listProcesses, type ProcessRow, profileOf } from './browser-processes';
import { clearLocks, endBrowsers, listLocked } from './browser-profile';

/**
 * Ends browsers below `sessionsRoot` that nobody owns any more: a server that was SIGKILLed leaves them behind, with the
 * profile's lock. A lock that nobody is behind any more goes too. A browser whose owner lives (this process or another one over the same folder) is left alone.
 * @returns how many processes were ended, for the log
 */
export async function reapOrphans(sessionsRoot: string): Promise<number> {
  const root = await realpath(sessionsRoot).catch(() => null);
  if (!root) return 0;
  const byProfile = new Map<string, ProcessRow[]>();
  for (const row of await listProcesses()) {
    const dir = profileOf(row);
    if (dir?.startsWith(root + sep)) byProfile.set(dir, [...(byProfile.get(dir) ?? []), row]);
  }
  for (const dir of await listLocked(root)) if (!byProfile.has(dir)) byProfile.set(dir, []);
  let ended = 0;
  for (const [dir, rows] of byProfile) {
    if (isClaimed(dir) || (await findLiveOwner(dir)) || (await hasLiveParent(rows))) continue;
    ended += await endBrowsers(rows);
    await clearLocks(dir);
  }
  return ended;
}

/** A browser without an owner's file may have just been started by hand: only one that nobody is the parent of is an orphan. */
async function hasLiveParent(rows: ProcessRow[]): Promise<boolean> {
  const parent = rows.find(isMain)?.parent ?? 0;
  if (parent <= 1) return false;
  const row = await findProcess(parent);
  return row !== null && !/^(systemd|init|tini|dumb-init|docker-init)$/.test(row.command[0]?.split('/').pop() ?? '');
}
