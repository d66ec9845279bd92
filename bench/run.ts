import { type Burst, measureBurst, measureSends, type Sends } from './measure-sends';
import { measureInbound, measureSubscribers, type Subscribers } from './measure-inbound';
import { type LongLog, measureLogs } from './measure-log';
import { type Growth, measureGrowth, measureMemory, type Memory } from './measure-memory';
import { measureQr, measureRestore } from './measure-starts';
import type { Linked } from './ours';
import type { Plan } from './plan';
import type { Pair } from './rounds';
import { type BareSession, setStage, type Stage } from './stage';

export type Results = {
  browsers: Stage['browsers'];
  pageVersion: string;
  qr: Pair;
  restore: Pair;
  memory: Memory;
  sends: Sends;
  burstOfOne: Burst;
  burstOfAll: Burst;
  inbound: Pair;
  growth: Growth[];
  subscribers: Subscribers[];
  logs: LongLog[];
};

/** Everything of the plan, in one run on one page. `note` hears how far it is. Nothing of it is left afterwards, however it ended. */
export async function runBench(plan: Plan, note: (line: string) => void, end: AbortSignal): Promise<Results> {
  const stage = await setStage(note);
  const stop = () => void stage.end();
  end.addEventListener('abort', stop);
  try {
    end.throwIfAborted();
    return await measureAll(stage, plan, (line) => {
      end.throwIfAborted();
      note(line);
    });
  } finally {
    end.removeEventListener('abort', stop);
    await stage.end();
  }
}

async function measureAll(stage: Stage, plan: Plan, begin: (what: string) => void): Promise<Results> {
  begin('start to QR');
  const qr = await measureQr(stage, plan);

  begin('one session on each side');
  const linked: { ours: Linked[]; bare: BareSession[] } = {
    ours: [await stage.linkOurs()],
    bare: [await stage.linkBare()],
  };
  const [ours] = linked.ours;
  const [bare] = linked.bare;
  if (!ours || !bare) throw new Error('nothing is linked');
  begin('messages in');
  const inbound = await measureInbound(stage, plan, { ours, bare });
  begin('messages out, one at a time');
  const sends = await measureSends(stage, plan, { ours, bare });
  begin(`messages out, ${plan.inFlight} in flight`);
  const burstOfOne = await measureBurst(stage, plan, linked);
  begin('subscribers');
  const subscribers = await measureSubscribers(stage, plan, ours);
  begin('restore to ready');
  const restore = await measureRestore(stage, plan, { ours, bare });

  begin(`${plan.sessions} sessions on each side`);
  while (linked.ours.length < plan.sessions) linked.ours.push(await stage.linkOurs());
  while (linked.bare.length < plan.sessions) linked.bare.push(await stage.linkBare());
  begin(`messages out, ${plan.inFlight} in flight over all sessions`);
  const burstOfAll = await measureBurst(stage, plan, linked);
  begin('memory');
  const memory = await measureMemory(stage, plan, linked);
  begin('more and more sessions');
  const growth = await measureGrowth(stage, plan);
  begin('a long log');
  const logs = await measureLogs(stage, plan, await stage.linkOurs());
  const { browsers, version: pageVersion } = stage;
  return {
    browsers,
    pageVersion,
    qr,
    restore,
    memory,
    sends,
    burstOfOne,
    burstOfAll,
    inbound,
    growth,
    subscribers,
    logs,
  };
}
