import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A process as far as we need to know it. `startedAt` is opaque; with `pid` it names one process for good. */
export type ProcessRow = { pid: number; parent: number; group: number; startedAt: string; command: string[] };

const run = promisify(execFile);

/**
 * Every process that can be seen, zombies left out: they hold no profile, and where process 1 reaps nothing (a container
 * without an init) they stay for ever.
 */
export async function listProcesses(): Promise<ProcessRow[]> {
  return process.platform === 'linux' ? listFromProc() : listFromPs();
}

export async function findProcess(pid: number): Promise<ProcessRow | null> {
  if (process.platform === 'linux') return readProc(pid);
  return (await listFromPs()).find((row) => row.pid === pid) ?? null;
}

async function listFromProc(): Promise<ProcessRow[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const rows = await Promise.all(pids.map((pid) => readProc(Number(pid))));
  return rows.filter((row) => row !== null);
}

/** proc(5): the name in parentheses may hold spaces and parentheses, so fields are counted from the last `)`. */
async function readProc(pid: number): Promise<ProcessRow | null> {
  try {
    const [stat, cmdline] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent, group] = fields;
    const startedAt = fields[19];
    if (state === 'Z' || state === 'X' || startedAt === undefined) return null;
    // Chromium's children rewrite their command line with spaces instead of NULs.
    const parts = cmdline.split('\0').filter(Boolean);
    const command = parts.length === 1 ? (parts[0] ?? '').split(' ') : parts;
    return { pid, parent: Number(parent), group: Number(group), startedAt, command };
  } catch {
    // It ended while we looked, or belongs to somebody else.
    return null;
  }
}

async function listFromPs(): Promise<ProcessRow[]> {
  const options = { maxBuffer: 16 * 1024 * 1024, env: { ...process.env, LC_ALL: 'C' } };
  const { stdout } = await run('ps', ['-axww', '-o', 'pid=,ppid=,pgid=,stat=,lstart=,command='], options);
  return stdout.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/.exec(line);
    if (!match || match[4]?.startsWith('Z')) return [];
    const [, pid, parent, group, , startedAt = '', command = ''] = match;
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), startedAt, command: command.split(' ') }];
  });
}

const dirFlag = '--user-data-dir=';

/** The profile that a browser process was started on; null for every other process. */
export function profileOf(row: ProcessRow): string | null {
  const argument = row.command.find((part) => part.startsWith(dirFlag));
  return argument ? argument.slice(dirFlag.length) : null;
}

/** The process that was started by us, as opposed to the children it started with its own flags. */
export const isMain = (row: ProcessRow): boolean => !row.command.some((part) => part.startsWith('--type='));

/** SIGTERM or SIGKILL to a whole process group. A group that is gone is what we want. */
export function signalGroup(group: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  // 0 and 1 would be our own group and everybody's.
  if (group <= 1) return;
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return;
    throw error;
  }
}

/** Whether anything is left of a group or of a profile (null: the group alone); polls until nothing is, or `ms` have passed. */
export async function waitUntilGone(group: number, profileDir: string | null, ms: number): Promise<ProcessRow[]> {
  const until = Date.now() + ms;
  for (;;) {
    const rows = (await listProcesses()).filter(
      (row) => row.group === group || (profileDir !== null && profileOf(row) === profileDir),
    );
    if (rows.length === 0 || Date.now() >= until) return rows;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
