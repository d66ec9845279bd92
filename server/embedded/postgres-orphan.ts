import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isAlive } from './alive';
import type { EmbeddedLogger } from './process';

const run = promisify(execFile);

/** `postmaster.pid`: line 1 process id, 2 data folder, 5 socket folder, 8 status (`ready`, padded). */
export async function readPostmaster(
  dataFolder: string,
): Promise<{ pid: number; socketFolder: string; ready: boolean } | null> {
  const text = await readFile(join(dataFolder, 'postmaster.pid'), 'utf8').catch(() => null);
  if (text === null) return null;
  const lines = text.split('\n');
  return { pid: Number(lines[0]), socketFolder: lines[4] ?? '', ready: lines[7]?.trim() === 'ready' };
}

/**
 * A postmaster that was killed between making its lock file and writing it leaves an empty one, before which every later one gives up
 * ("lock file is empty"). Call it while none of ours runs: we hold the folder's lock, so there is no other.
 */
export async function clearBrokenLock(dataFolder: string, logger: EmbeddedLogger): Promise<void> {
  const found = await readPostmaster(dataFolder);
  if (!found || found.pid > 0) return;
  logger.warn({}, 'postmaster.pid names nobody: removing the file');
  await rm(join(dataFolder, 'postmaster.pid'), { force: true });
}

/**
 * Clears the way after a killed app. A postmaster that still serves this folder is stopped (nobody else may run one: we hold the
 * folder's lock). Process ids repeat, above all in containers: a live process that is not our postgres is left alone and only
 * the file that names it is removed, because Postgres would believe the file.
 */
export async function clearOrphan(dataFolder: string, logger: EmbeddedLogger): Promise<void> {
  await clearBrokenLock(dataFolder, logger);
  const found = await readPostmaster(dataFolder);
  if (!found || !isAlive(found.pid)) return;
  if (!(await isPostgresOf(dataFolder, found.pid))) {
    logger.warn({ pid: found.pid }, 'postmaster.pid names a process that is not this database: removing the file');
    await rm(join(dataFolder, 'postmaster.pid'), { force: true });
    await rm(join(found.socketFolder, '.s.PGSQL.5432.lock'), { force: true });
    return;
  }
  logger.warn({ pid: found.pid }, 'a database that outlived its server is stopped first');
  for (const [signal, seconds] of [
    ['SIGINT', 20],
    ['SIGQUIT', 10],
  ] as const) {
    try {
      process.kill(found.pid, signal);
    } catch {
      return;
    }
    for (let i = 0; i < seconds * 20; i++) {
      if (!isAlive(found.pid)) return;
      await sleep(50);
    }
  }
  throw new Error(`A database (process ${found.pid}) still runs over ${dataFolder} and does not stop. End it by hand.`);
}

async function isPostgresOf(dataFolder: string, pid: number): Promise<boolean> {
  const command = await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () =>
      readFile(`/proc/${pid}/cmdline`, 'utf8').then(
        (text) => text.replaceAll('\0', ' '),
        () => '',
      ),
  );
  return command.includes('postgres') && command.includes(`-D ${dataFolder}`);
}
