import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { canReach, postgresOwner } from './postgres-owner';
import { makePrivate } from './private-folder';
import type { RunAs } from './process';

/** For root when the data folder stands below one that only root may enter. */
const SYSTEM_HOME = '/var/lib/omniwp';

export type PostgresFolder = {
  /** Holds `data`, the log and the socket folder; belongs to `runAs`, mode 0700. */
  home: string;
  runAs: RunAs | null;
  /** Where a copy of the binaries goes when `runAs` cannot reach the installed ones. */
  copies: string;
};

/**
 * Decides where the database of `dataDir` lives and who runs it, and makes the folder. As root the database runs as somebody else,
 * who must be able to pass through `dataDir`; where a folder above it forbids that (mode 0700, as /root), the database goes
 * under /var/lib/omniwp and a note in `dataDir` says so.
 */
export async function postgresFolder(dataDir: string): Promise<PostgresFolder> {
  const base = resolve(dataDir);
  await makePrivate(base);
  const inside = join(base, 'postgres');
  const runAs = await postgresOwner(inside);
  if (runAs === null) {
    await ownFolder(inside, null);
    return { home: inside, runAs, copies: base };
  }
  // a folder that is ours and root's: others may pass through it, but not list it
  const found = await stat(base);
  if (found.uid === 0 && (found.mode & 0o001) === 0) await chmod(base, (found.mode & 0o777) | 0o001);
  if (await canReach(base, runAs)) {
    await ownFolder(inside, runAs);
    return { home: inside, runAs, copies: SYSTEM_HOME };
  }
  const digest = createHash('sha256').update(base).digest('hex').slice(0, 16);
  await mkdir(SYSTEM_HOME, { recursive: true, mode: 0o711 });
  const elsewhere = join(SYSTEM_HOME, digest);
  const owner = (await postgresOwner(elsewhere)) ?? runAs;
  await ownFolder(elsewhere, owner);
  await writeFile(
    join(base, 'postgres-is-elsewhere.txt'),
    `The database of this folder is in ${elsewhere}: as root, Postgres runs as another account, which cannot enter ${base}.\n`,
  );
  return { home: elsewhere, runAs: owner, copies: SYSTEM_HOME };
}

async function ownFolder(dir: string, owner: RunAs | null): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const found = await stat(dir);
  if (owner === null) {
    if (found.uid === process.getuid?.()) return;
    throw new Error(
      `${dir} belongs to another account (uid ${found.uid}): run OmniWP as that account, or choose another DATA_DIR.`,
    );
  }
  if (found.uid !== owner.uid) await chown(dir, owner.uid, owner.gid);
}
