import { createHash } from 'node:crypto';
import { open, readFile, realpath, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './alive';

const IN_USE = 'DATA_DIR_IN_USE';

/** A killed process is gone for its parent before the kernel has closed all that it held: whoever starts right after it waits. */
const PATIENCE_MS = 1_500;

export type FolderLock = { release(): Promise<void> };

/** `code` for those who tell errors apart: this module may be loaded twice, so `instanceof` says nothing. */
function inUse(dir: string): Error {
  return Object.assign(
    new Error(
      `${dir} is in use by another running OmniWP. Stop that one first, or give this one a DATA_DIR (and PORT) of its own.`,
    ),
    { code: IN_USE },
  );
}

/**
 * One process per data folder: two servers over one folder would destroy it. The second caller gets `DATA_DIR_IN_USE`.
 * On Linux an abstract unix socket named after the folder is the lock, because the kernel frees it at any death; its name is a
 * hash, since a socket's name ends at 107 bytes. Elsewhere it is a file with a process id in it.
 */
export async function lockFolder(dir: string): Promise<FolderLock> {
  const path = await realpath(dir);
  const lock = process.platform === 'linux' ? lockBySocket : lockByFile;
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(50)) {
    try {
      return await lock(path);
    } catch (error) {
      if ((error as { code?: string }).code !== IN_USE || Date.now() > deadline) throw error;
    }
  }
}

async function lockBySocket(path: string): Promise<FolderLock> {
  const name = `\0omniwp-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? inUse(path) : new Error(`Cannot lock ${path}: ${error.message}`)),
    );
    server.listen(name, resolve);
  });
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

async function lockByFile(path: string): Promise<FolderLock> {
  const file = join(path, 'omniwp.lock');
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const handle = await open(file, 'wx', 0o600);
      await handle.writeFile(String(process.pid));
      await handle.close();
      return { release: () => rm(file, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (isAlive(Number(await readFile(file, 'utf8').catch(() => '')))) throw inUse(path);
      await rm(file, { force: true });
    }
  }
  throw inUse(path);
}
