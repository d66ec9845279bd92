import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { listProcesses } from './browser-processes';

const run = promisify(execFile);
const kib = (text: string, name: string): number | null => {
  const value = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
  return value === undefined ? null : Number(value) * 1024;
};

/** Bytes of one process: its proportional share (smaps_rollup), or, where the system hides that, what is its own alone. */
async function measureProcess(pid: number): Promise<number> {
  // A sandboxed renderer shows its maps to root only; a process that has just ended shows nothing.
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const pss = kib(rollup, 'Pss');
  if (pss !== null) return pss;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return (kib(status, 'RssAnon') ?? 0) + (kib(status, 'RssShmem') ?? 0);
}

/** Bytes of memory that a process group holds: shared pages count by their share on Linux, in full elsewhere. null: there is no such group. */
export async function measureGroup(group: number): Promise<number | null> {
  const pids = (await listProcesses()).filter((row) => row.group === group).map(({ pid }) => pid);
  if (pids.length === 0) return null;
  if (process.platform !== 'linux') {
    const { stdout } = await run('ps', ['-o', 'rss=', '-p', pids.join(',')]).catch(() => ({ stdout: '' }));
    const total = stdout.split('\n').reduce((sum, line) => sum + (Number(line) || 0), 0);
    return total > 0 ? total * 1024 : null;
  }
  const each = await Promise.all(pids.map(measureProcess));
  return each.reduce((sum, bytes) => sum + bytes, 0);
}
