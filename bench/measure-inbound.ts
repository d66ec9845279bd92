import { now } from './clock';
import type { Linked, Owner } from './ours';
import type { Plan } from './plan';
import { alternate, type Pair, pair } from './rounds';
import type { BareSession, Stage } from './stage';

/** Subscribers of one owner, each on a connection of its own, who say when they had a text. */
export async function createListeners(stage: Stage, owner: Owner, count: number) {
  const arrivals = new Map<string, { times: number[]; done: (times: number[]) => void }>();
  const closings = await Promise.all(
    Array.from({ length: count }, () =>
      stage.ours.follow(owner, ({ body }, at) => {
        if (body.type !== 'message.received') return;
        const arrival = arrivals.get(body.message.text);
        arrival?.times.push(at);
        if (arrival?.times.length === count) arrival.done(arrival.times);
      }),
    ),
  );
  return {
    /** Somebody writes; how long until the first and until the last subscriber had it, in ms. */
    async hear(to: string, text: string): Promise<{ first: number; last: number }> {
      const times = new Promise<number[]>((done) => arrivals.set(text, { times: [], done }));
      const from = now();
      await stage.sandbox.say({ from: stage.people[0] ?? '', to, text });
      const all = await times;
      arrivals.delete(text);
      return { first: Math.min(...all) - from, last: Math.max(...all) - from };
    },
    close: () => closings.forEach((close) => close()),
  };
}

/** From somebody's writing to a subscriber that has the stored event, and to the library's `message` callback, in ms. */
export async function measureInbound(
  stage: Stage,
  plan: Plan,
  linked: { ours: Linked; bare: BareSession },
): Promise<Pair> {
  const found = pair();
  const listeners = await createListeners(stage, linked.ours, 1);
  const waiting = new Map<string, (at: number) => void>();
  const stop = stage.bare.onMessage(({ text, at }) => {
    waiting.get(text)?.(at);
    waiting.delete(text);
  });

  async function hearBare(text: string): Promise<number> {
    const heard = new Promise<number>((resolve) => waiting.set(text, resolve));
    const from = now();
    await stage.sandbox.say({ from: stage.people[0] ?? '', to: linked.bare.phone, text });
    return (await heard) - from;
  }

  await alternate(plan.rounds, {
    ours: async (round) => {
      const values = [];
      for (let index = 0; index < plan.messages; index++)
        values.push((await listeners.hear(linked.ours.phone, `entra ${round}.${index}`)).first);
      found.ours.push(values);
    },
    bare: async (round) => {
      const values = [];
      for (let index = 0; index < plan.messages; index++) values.push(await hearBare(`entra ${round}.${index}`));
      found.bare.push(values);
    },
  });
  stop();
  listeners.close();
  return found;
}

export type Subscribers = { count: number; first: number[]; last: number[] };

/** The same with more and more subscribers of one owner: when the first has it, and when everybody has. */
export async function measureSubscribers(stage: Stage, plan: Plan, linked: Linked): Promise<Subscribers[]> {
  const found: Subscribers[] = [];
  for (const count of plan.subscribers) {
    const listeners = await createListeners(stage, linked, count);
    const first: number[] = [];
    const last: number[] = [];
    for (let index = 0; index < plan.messages; index++) {
      const heard = await listeners.hear(linked.phone, `todos ${count}.${index}`);
      first.push(heard.first);
      last.push(heard.last);
    }
    listeners.close();
    found.push({ count, first, last });
  }
  return found;
}
