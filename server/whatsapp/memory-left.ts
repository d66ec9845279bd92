import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Reads a file of /proc or /sys; rejects where there is none. Tests bring their own. */
export type ReadText = (path: string) => Promise<string>;

const readText: ReadText = (path) => readFile(path, 'utf8');
const MB = 1024 * 1024;

/** What is still free on this machine, or in the container that we are in. null: there is no limit, or it cannot be told. */
export type Left = { memoryMb: number | null; tasks: number | null };

const numberIn = (text: string | null): number | null => (text !== null && /^\d+\s*$/.test(text) ? Number(text) : null);
const smallest = (values: (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.min(...known) : null;
};

/**
 * The smallest of what the system has (MemAvailable), and what each control group above us (v1 and v2) still allows. Memory that
 * the kernel would give up for the asking (inactive files) is free. Tasks are threads: control groups and `ulimit -u` count those.
 */
export async function readLeft(read: ReadText = readText): Promise<Left> {
  const attempt = (path: string): Promise<string | null> => read(path).catch(() => null);
  const meminfo = await attempt('/proc/meminfo');
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(meminfo ?? '')?.[1];
  const groups = await listControlGroups(attempt);
  const bytes = await Promise.all(groups.map((group) => memoryLeftIn(group, attempt)));
  const tasks = await Promise.all(groups.map((group) => tasksLeftIn(group, attempt)));
  const memory = smallest([available === undefined ? null : Number(available) * 1024, ...bytes]);
  return {
    memoryMb: memory === null ? null : Math.floor(memory / MB),
    tasks: smallest([...tasks, await tasksLeftForUser(attempt)]),
  };
}

type Attempt = (path: string) => Promise<string | null>;
type ControlGroup = { dir: string; version: 1 | 2; controller: 'memory' | 'pids' };

/** proc(5), /proc/self/cgroup: `0::/path` is v2, `4:memory:/path` v1. A container may see its own group as the mount's root. */
async function listControlGroups(attempt: Attempt): Promise<ControlGroup[]> {
  const lines = ((await attempt('/proc/self/cgroup')) ?? '').split('\n');
  return lines.flatMap((line) => {
    const [, names = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path === '') return [];
    const controllers = (['memory', 'pids'] as const).filter((one) => names === '' || names.split(',').includes(one));
    return controllers.flatMap((controller) => {
      const version = names === '' ? 2 : 1;
      const root = version === 2 ? '/sys/fs/cgroup' : `/sys/fs/cgroup/${names}`;
      return withAncestors(root, path).map((dir): ControlGroup => ({ dir, version, controller }));
    });
  });
}

function withAncestors(root: string, path: string): string[] {
  const dirs: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    dirs.push(join(root, at));
    if (at === '/' || at === '.') return dirs;
  }
}

async function memoryLeftIn({ dir, version, controller }: ControlGroup, attempt: Attempt): Promise<number | null> {
  if (controller !== 'memory') return null;
  const [limitFile, useFile, reclaimable] =
    version === 2
      ? ['memory.max', 'memory.current', 'inactive_file']
      : ['memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file'];
  const limit = numberIn(await attempt(join(dir, limitFile)));
  const used = numberIn(await attempt(join(dir, useFile)));
  // v1 writes "no limit" as a number near 2^63.
  if (limit === null || used === null || limit > 2 ** 60) return null;
  const stat = await attempt(join(dir, 'memory.stat'));
  const files = new RegExp(`^${reclaimable} (\\d+)`, 'm').exec(stat ?? '')?.[1];
  return Math.max(0, limit - used + Number(files ?? 0));
}

async function tasksLeftIn({ dir, controller }: ControlGroup, attempt: Attempt): Promise<number | null> {
  if (controller !== 'pids') return null;
  const limit = numberIn(await attempt(join(dir, 'pids.max')));
  const used = numberIn(await attempt(join(dir, 'pids.current')));
  return limit === null || used === null ? null : Math.max(0, limit - used);
}

/** `ulimit -u` counts the threads of the user, over all containers; root is exempt. */
async function tasksLeftForUser(attempt: Attempt): Promise<number | null> {
  if (process.getuid?.() === 0) return null;
  const limits = await attempt('/proc/self/limits');
  const limit = /^Max processes\s+(\d+)/m.exec(limits ?? '')?.[1];
  if (limit === undefined) return null;
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const own = new RegExp(`^Uid:\\s+${process.getuid?.()}\\s`, 'm');
  let used = 0;
  for (const status of await Promise.all(pids.map((pid) => attempt(`/proc/${pid}/status`)))) {
    if (status && own.test(status)) used += Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 1);
  }
  return Math.max(0, Number(limit) - used);
}
