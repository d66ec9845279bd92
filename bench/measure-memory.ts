import { setTimeout as sleep } from 'node:timers/promises';
import { pssOf, pssOfAll, treeOf } from './memory';
import type { Linked } from './ours';
import type { Plan } from './plan';
import { alternate, type Pair, pair } from './rounds';
import type { BareSession, Stage } from './stage';

/** PSS in MiB. `programs`: our server's process and the bare program's; `stores`: the database and Redis. */
export type Memory = { perSession: Pair; programs: Pair; stores: number[]; processes: { ours: number; bare: number } };

/** One side at a time is up, all its sessions connected and at rest. */
export async function measureMemory(
  stage: Stage,
  plan: Plan,
  linked: { ours: Linked[]; bare: BareSession[] },
): Promise<Memory> {
  const { ours, bare } = stage;
  const found: Memory = { perSession: pair(), programs: pair(), stores: [], processes: { ours: 0, bare: 0 } };
  for (const { trpc } of linked.ours) await trpc.whatsapp.disconnect.mutate();
  for (const { name } of linked.bare) await bare.destroy(name);

  await alternate(Math.min(plan.rounds, 3), {
    ours: async () => {
      for (const { trpc } of linked.ours) await trpc.whatsapp.restore.mutate();
      await sleep(plan.settleMs);
      const browsers = await ours.browsers();
      found.perSession.ours.push([(await pssOfAll(browsers)) / linked.ours.length]);
      found.processes.ours = browsers.length / linked.ours.length;
      found.programs.ours.push([await pssOf(ours.server.pid() ?? 0)]);
      found.stores.push(await pssOfStores(stage, browsers));
      for (const { trpc } of linked.ours) await trpc.whatsapp.disconnect.mutate();
    },
    bare: async () => {
      for (const { name } of linked.bare) await bare.start(name, 'ready');
      await sleep(plan.settleMs);
      const browsers = await bare.browsers();
      found.perSession.bare.push([(await pssOfAll(browsers)) / linked.bare.length]);
      found.processes.bare = browsers.length / linked.bare.length;
      found.programs.bare.push([await pssOf(bare.pid)]);
      for (const { name } of linked.bare) await bare.destroy(name);
    },
  });
  return found;
}

async function pssOfStores({ ours }: Stage, browsers: { pid: number }[]): Promise<number> {
  const server = ours.server.pid() ?? 0;
  const others = new Set([server, ...browsers.map(({ pid }) => pid)]);
  return pssOfAll((await treeOf(server)).filter(({ pid }) => !others.has(pid)));
}

export type Growth = { sessions: number; ours: Grown; bare: Grown | null };
/** `perSession`: PSS of the browsers in MiB, through all that are up. `qr`: the starts since the line before, in ms. */
export type Grown = { perSession: number; program: number; qr: number[] };

/** More and more sessions, all linked and up; first ours to the end, then the bare ones. */
export async function measureGrowth(stage: Stage, plan: Plan): Promise<Growth[]> {
  const { ours, bare } = stage;

  async function grow(limit: number, side: Side): Promise<Grown[]> {
    const grown: Grown[] = [];
    let up = 0;
    for (const sessions of plan.growth.filter((count) => count <= limit)) {
      const qr: number[] = [];
      for (; up < sessions; up++) qr.push(await side.link());
      await sleep(plan.settleMs);
      grown.push({
        perSession: (await pssOfAll(await side.browsers())) / sessions,
        program: await pssOf(side.pid()),
        qr,
      });
      stage.note(`  ${sessions} sessions up`);
    }
    await side.end();
    return grown;
  }

  const owners: Linked[] = [];
  const clients: BareSession[] = [];
  const mine = await grow(Number.POSITIVE_INFINITY, {
    link: async () => {
      const made = await stage.linkOurs();
      owners.push(made);
      return made.ms;
    },
    browsers: ours.browsers,
    pid: () => ours.server.pid() ?? 0,
    end: async () => {
      for (const { trpc } of owners) await trpc.whatsapp.disconnect.mutate();
    },
  });
  const theirs = await grow(plan.growthOfBare, {
    link: async () => {
      const made = await stage.linkBare();
      clients.push(made);
      return made.ms;
    },
    browsers: bare.browsers,
    pid: () => bare.pid,
    end: async () => {
      for (const { name } of clients) await bare.destroy(name);
    },
  });
  return mine.map((grown, index) => ({
    sessions: plan.growth[index] ?? 0,
    ours: grown,
    bare: theirs[index] ?? null,
  }));
}

type Side = {
  link: () => Promise<number>;
  browsers: () => Promise<{ pid: number }[]>;
  pid: () => number;
  end: () => Promise<void>;
};
