import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
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
  await mkdir(SYSTEM_HOME, { recursive: true, mode: 0o711 });
  const elsewhere = await elsewhereOf(base);
  const owner = (await postgresOwner(elsewhere)) ?? runAs;
  await ownFolder(elsewhere, owner);
  return { home: elsewhere, runAs: owner, copies: SYSTEM_HOME };
}

/** The folder under /var/lib that belongs to this one: named once, at random, so that a new clone in an old place starts empty. */
async function elsewhereOf(base: string): Promise<string> {
  const note = join(base, 'postgres-is-elsewhere.txt');
  const fresh = join(SYSTEM_HOME, randomBytes(8).toString('hex'));
  const why = `As root, Postgres runs as another account, which cannot enter ${base}.`;
  await writeFile(note, `${fresh}\n${why}\n`, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const [kept = fresh] = (await readFile(note, 'utf8')).split('\n');
  return kept;
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
