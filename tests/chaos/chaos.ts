import { setMaxListeners } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createBlows } from './blows';
import { checkFollower, checkInbound, checkSends, checkStatuses, type Sends } from './checks';
import { createDiary } from './diary';
import { createFollower, type Follower } from './followers';
import { runPerson } from './people';
import { type ChaosOptions, FOLLOWERS, makePlan, type Plan } from './plan';
import { type Accepted, runSender } from './senders';
import { type Picture, settle } from './settle';
import { makeWorld, startParts, type World } from './world';

/** All that a run found out. `problems` empty: every promise was kept. */
export type ChaosReport = {
  options: ChaosOptions;
  problems: string[];
  blows: Record<string, number>;
  accepted: number;
  /** Requests that were repeated with the same key until the server said yes. */
  repeated: number;
  sends: Omit<Sends, 'problems'>;
  inbound: number;
  events: number;
  resumed: number;
  settledMs: number;
  endedMs: number;
};

/** After the last blow: the longest backoff of a session is a minute. */
const SETTLE_MS = 180_000;
/** Those who write go on trying this much longer than things are killed. */
const WRITERS_MS = 240_000;
const SHUTDOWN_MS = 20_000;

async function write(world: World, plan: Plan, accepted: Accepted[], stop: AbortSignal): Promise<void> {
  const { sandbox, businesses } = world;
  const end = AbortSignal.any([stop, AbortSignal.timeout(plan.options.minutes * 60_000 + WRITERS_MS)]);
  setMaxListeners(0, end);
  const businessOf = (index: number) => {
    const business = businesses[index];
    if (!business) throw new Error(`there is no session ${index + 1}`);
    return business;
  };
  await Promise.all([
    ...plan.outbound.map((script) => runSender(businessOf(script.session), script, plan.options.seed, accepted, end)),
    ...plan.inbound.map((script) => runPerson(sandbox, businessOf(script.session), script, end)),
  ]);
}

function hangUps(plan: Plan, followers: readonly Follower[]): NodeJS.Timeout[] {
  return plan.hangUps.map(({ session, follower, at }) =>
    setTimeout(() => followers[session * FOLLOWERS + follower]?.hangUp(), at),
  );
}

/**
 * The whole system, from variables alone: people write both ways over real sessions while everything is killed at the moments that
 * the seed decides. Then it settles, the promises are checked, and it is ended in order.
 */
export async function runChaos(options: ChaosOptions, say: (line: string) => void): Promise<ChaosReport> {
  const plan = makePlan(options);
  const diary = createDiary(say);
  const { sandbox, server } = await startParts();
  const timers: NodeJS.Timeout[] = [];
  const followers: Follower[] = [];
  const accepted: Accepted[] = [];
  const problems: string[] = [];
  const stop = new AbortController();
  let last: Picture | null = null;
  try {
    const world = await makeWorld(plan, sandbox, server);
    diary.note(`${options.sessions} sessions are linked; ${plan.blows.length} blows are planned`);
    for (const business of world.businesses) {
      for (let index = 0; index < FOLLOWERS; index++) followers.push(createFollower(business));
    }
    timers.push(...hangUps(plan, followers));
    const blows = createBlows(world, diary);
    // whichever fails first ends the other too, and is what is told
    const running = [write(world, plan, accepted, stop.signal), blows.run(plan.blows, stop.signal)];
    for (const part of running) part.catch((error) => stop.abort(error));
    await Promise.allSettled(running);
    if (stop.signal.aborted) throw stop.signal.reason;
    diary.note(`${accepted.length} messages were accepted, and nothing more is killed`);

    const { picture, open, ms } = await settle(world, followers, SETTLE_MS);
    last = picture;
    diary.note(open.length > 0 ? `it did not settle: ${open.join('; ')}` : `settled after ${ms} ms`);
    problems.push(...open);
    const { problems: wrongSends, ...sends } = checkSends(world.businesses, accepted, picture);
    problems.push(...wrongSends, ...checkInbound(world.businesses, picture));
    for (const follower of followers) {
      problems.push(...checkFollower(follower, picture.heads[follower.business.index] ?? 0));
      problems.push(...checkStatuses(follower.seen()));
    }
    const events = followers.reduce((sum, follower) => sum + follower.seen().length, 0);
    for (const follower of followers) follower.close();
    world.close();

    const before = Date.now();
    await server.shutDown().catch((error) => problems.push(String(error).split('\n')[0] ?? ''));
    const endedMs = Date.now() - before;
    if (endedMs > SHUTDOWN_MS) problems.push(`the shutdown took ${endedMs} ms`);
    for (const command of await server.processes()) problems.push(`left running: ${command.slice(0, 200)}`);
    for (const lock of await server.locks()) problems.push(`left behind: ${lock}`);
    return {
      options,
      problems: [...new Set(problems)],
      blows: Object.fromEntries(blows.dealt()),
      accepted: accepted.length,
      repeated: accepted.filter(({ tries }) => tries > 1).length,
      sends,
      inbound: picture.rows.filter(({ direction }) => direction === 'inbound').length,
      events,
      resumed: followers.reduce((sum, follower) => sum + follower.resumed(), 0),
      settledMs: ms,
      endedMs,
    };
  } catch (error) {
    problems.push(String(error));
    throw error;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    for (const follower of followers) follower.close();
    if (problems.length > 0) {
      const folder = join('.cache', 'chaos', `seed-${options.seed}`);
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'diary.txt'), [...diary.lines(), '', ...problems, ''].join('\n'));
      await server.keepLog(folder, 'server');
      if (last) await writeFile(join(folder, 'picture.json'), JSON.stringify(last, null, 1));
      say(`the diary and the server's log are in ${folder}`);
    }
    await server.discard();
    await sandbox.stop();
  }
}
