import { readFile } from 'node:fs/promises';
import { treeOf } from './memory';
import type { Stage } from './stage';

/** CPU time in ms, of each part that a message passes on one side; what all of them need together is what a busy machine shares out. */
export type Cpu = { browsers: number; program: number; stores: number; caller: number };

/** The kernel's clock tick (USER_HZ) is 10 ms on every Linux that we know. */
const TICK_MS = 10;

/** CPU time that a process has had, user and system, from proc(5) stat; 0 when it is gone. */
async function cpuOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS;
}

async function cpuOfAll(rows: readonly { pid: number }[]): Promise<number> {
  const each = await Promise.all(rows.map(({ pid }) => cpuOf(pid)));
  return each.reduce((sum, value) => sum + value, 0);
}

/** Our server, its database and Redis, and the bench itself, which calls and subscribes. */
export async function cpuOfOurs({ ours }: Stage): Promise<Cpu> {
  const server = ours.server.pid() ?? 0;
  const browsers = await ours.browsers();
  const others = new Set([server, ...browsers.map(({ pid }) => pid)]);
  const stores = (await treeOf(server)).filter(({ pid }) => !others.has(pid));
  return {
    browsers: await cpuOfAll(browsers),
    program: await cpuOf(server),
    stores: await cpuOfAll(stores),
    caller: await cpuOf(process.pid),
  };
}

/** The bare program is its own caller and stores nothing. */
export async function cpuOfBare({ bare }: Stage): Promise<Cpu> {
  return { browsers: await cpuOfAll(await bare.browsers()), program: await cpuOf(bare.pid), stores: 0, caller: 0 };
}

/** What `work` took of each part, in ms for each of `count` messages. */
export async function cpuFor(look: () => Promise<Cpu>, count: number, work: () => Promise<void>): Promise<Cpu> {
  const before = await look();
  await work();
  const after = await look();
  const each = (part: keyof Cpu) => Math.max(0, after[part] - before[part]) / count;
  return { browsers: each('browsers'), program: each('program'), stores: each('stores'), caller: each('caller') };
}
