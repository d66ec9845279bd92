import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RunAs } from './process';

/** Removes a folder of `socketFolder` that stands in the temporary folder; one in its home stays. */
export async function removeSocketFolder(dir: string, home: string): Promise<void> {
  if (dirname(dir) !== home) await rm(dir, { recursive: true, force: true });
}

/** A unix socket's path ends at 107 bytes on Linux and 103 on macOS; the longest name we put in a folder has 20. */
const LONGEST_FOLDER = 80;

/**
 * A folder for unix sockets that nobody else enters (mode 0700): inside `home` when its path is short enough, else one in the
 * system's temporary folder, named after `home`. Refuses a folder that somebody else made there.
 */
export async function socketFolder(home: string, owner: RunAs | null): Promise<string> {
  const inside = join(home, 'run');
  const digest = createHash('sha256').update(home).digest('hex').slice(0, 16);
  const dir = Buffer.byteLength(inside) <= LONGEST_FOLDER ? inside : join(tmpdir(), `omniwp-${digest}`);
  await mkdir(dir, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const uid = owner?.uid ?? process.getuid?.();
  const found = await lstat(dir);
  if (!found.isDirectory() || (found.uid !== uid && found.uid !== process.getuid?.())) {
    throw new Error(`${dir} belongs to somebody else: remove it, or choose a shorter DATA_DIR.`);
  }
  if (owner) await chown(dir, owner.uid, owner.gid);
  await chmod(dir, 0o700);
  return dir;
}
