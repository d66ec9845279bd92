import { readFile } from 'node:fs/promises';
import { listProcesses, type ProcessRow, profileOf } from '@/server/whatsapp/browser-processes';

const MIB = 1024;

/** Proportional share of memory of one process in MiB, from proc(5) smaps_rollup; 0 when it ended in this moment. */
export async function pssOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / MIB;
}

export async function pssOfAll(rows: readonly Pick<ProcessRow, 'pid'>[]): Promise<number> {
  const each = await Promise.all(rows.map(({ pid }) => pssOf(pid)));
  return each.reduce((sum, value) => sum + value, 0);
}

/** Everything in the process groups of the browsers whose profiles are below `folder`. */
export async function browsersOn(folder: string): Promise<ProcessRow[]> {
  const rows = await listProcesses();
  const groups = new Set(rows.filter((row) => profileOf(row)?.startsWith(folder)).map(({ group }) => group));
  return rows.filter(({ group }) => groups.has(group));
}

/** A process and all that it started. */
export async function treeOf(pid: number): Promise<ProcessRow[]> {
  const rows = await listProcesses();
  const tree = new Set([pid]);
  for (let grown = true; grown; ) {
    const before = tree.size;
    for (const row of rows) if (tree.has(row.parent)) tree.add(row.pid);
    grown = tree.size > before;
  }
  return rows.filter((row) => tree.has(row.pid));
}
