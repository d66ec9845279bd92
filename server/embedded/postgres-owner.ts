import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RunAs } from './process';

type Account = RunAs & { name: string };

async function accounts(): Promise<Account[]> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  return lines.flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/**
 * Postgres refuses to run as root, so root runs it as the owner of `folder`, or, for a new one, as the first of postgres, node,
 * nobody (initdb wants a passwd entry; no account is made). Anybody else runs it as themselves: null.
 * `folder` may be absent.
 */
export async function postgresOwner(folder: string): Promise<RunAs | null> {
  if (process.getuid?.() !== 0) return null;
  const known = await accounts();
  const found = await stat(folder).catch(() => null);
  if (found && found.uid !== 0) return { uid: found.uid, gid: found.gid };
  for (const name of ['postgres', 'node', 'nobody']) {
    const account = known.find((entry) => entry.name === name);
    if (account && account.uid !== 0) return { uid: account.uid, gid: account.gid };
  }
  throw new Error(
    'Postgres does not run as root, and none of the accounts postgres, node, nobody exists. Start OmniWP as a normal user, or set DATABASE_URL.',
  );
}

/** Whether the account can pass through every folder down to `path` (which exists); a 0700 above, as in /root, locks it out. */
export async function canReach(path: string, account: RunAs): Promise<boolean> {
  for (let at = path; ; at = dirname(at)) {
    const { mode, uid, gid } = await stat(at);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
