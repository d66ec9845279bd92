import { PHONE_SHOWS } from './phone';
import { createRandom, type Random } from './random';

export type ChaosOptions = {
  seed: number;
  /** Each way, over all sessions. */
  messages: number;
  sessions: number;
  /** How long things are killed, and about how long people write. */
  minutes: number;
  /** Seconds between one blow and the next, on average. */
  every: number;
};

/** What is done to the system; every kill is a SIGKILL. `pause`: how long what was killed by us stays away, ms. */
export type Blow = { at: number } & (
  | { what: 'server' | 'server in order' | 'sandbox'; pause: number }
  | { what: 'postgres' | 'redis' }
  | { what: 'browser' | 'page' | 'connection'; session: number }
);

/** One writer: texts in order, each some time after the one before. */
export type Letter = {
  text: string;
  gap: number /** Sent once more after it was accepted, as a caller does that heard nothing. */;
  again: boolean;
};
export type Script = { session: number; peer: number; letters: Letter[] };

export type Plan = {
  options: ChaosOptions;
  /** Per session: the business's number and those of the people who write to it. */
  sessions: { name: string; phone: string; people: { name: string; phone: string }[] }[];
  blows: Blow[];
  outbound: Script[];
  inbound: Script[];
  /** When a subscriber hangs up by itself, ms; it comes back at once. */
  hangUps: { session: number; follower: number; at: number }[];
};

const PEOPLE = 3;
export const FOLLOWERS = 2;

/** Everything that a seed decides. The moments are the plan's; what meets what in them is the machine's. */
export function makePlan(options: ChaosOptions): Plan {
  const perChat = Math.ceil(options.messages / (options.sessions * PEOPLE)) * 2 + 1;
  if (perChat > PHONE_SHOWS)
    throw new Error(`${perChat} messages in one conversation are too many to check: use more sessions`);
  const random = createRandom(options.seed);
  const duration = options.minutes * 60_000;
  const sessions = Array.from({ length: options.sessions }, (_, index) => ({
    name: `Negocio ${index + 1}`,
    phone: `+54911400000${String(index).padStart(2, '0')}`,
    people: Array.from({ length: PEOPLE }, (_person, person) => ({
      name: `Persona ${index + 1}.${person + 1}`,
      phone: `+549115${String(index).padStart(3, '0')}${String(person).padStart(4, '0')}`,
    })),
  }));
  return {
    options,
    sessions,
    blows: planBlows(random.fork('blows'), options, duration),
    outbound: planScripts(random.fork('outbound'), options, duration, 'sale'),
    inbound: planScripts(random.fork('inbound'), options, duration, 'entra'),
    hangUps: sessions.flatMap((_, session) => {
      const hanging = random.fork(`hang up ${session}`);
      return [...moments(hanging, duration, 15_000)].map((at) => ({
        session,
        follower: hanging.whole(0, FOLLOWERS - 1),
        at,
      }));
    }),
  };
}

function* moments(random: Random, duration: number, mean: number): Generator<number> {
  for (let at = 1_000 + random.wait(mean); at < duration; at += 200 + random.wait(mean)) yield at;
}

const WEIGHTS = {
  server: 4,
  'server in order': 1,
  sandbox: 2,
  postgres: 3,
  redis: 3,
  browser: 4,
  page: 2,
  connection: 2,
} as const satisfies Record<Blow['what'], number>;
const LOTS = (Object.keys(WEIGHTS) as Blow['what'][]).flatMap((what) => Array<Blow['what']>(WEIGHTS[what]).fill(what));

function planBlows(random: Random, options: ChaosOptions, duration: number): Blow[] {
  return [...moments(random, duration, options.every * 1000)].map((at) => {
    const what = random.pick(LOTS);
    switch (what) {
      case 'server':
      case 'server in order':
      case 'sandbox':
        return { at, what, pause: random.whole(0, 3_000) };
      case 'postgres':
      case 'redis':
        return { at, what };
      case 'browser':
      case 'page':
      case 'connection':
        return { at, what, session: random.whole(0, options.sessions - 1) };
      default:
        return what satisfies never;
    }
  });
}

/** The texts are shared out evenly; one in eight is the same word as others, so that equal texts are told apart by more than words. */
function planScripts(random: Random, options: ChaosOptions, duration: number, word: string): Script[] {
  const writers = options.sessions * PEOPLE;
  const mean = (duration * writers) / options.messages;
  return Array.from({ length: writers }, (_, writer) => {
    const own = random.fork(`${writer}`);
    const count = Math.floor(options.messages / writers) + (writer < options.messages % writers ? 1 : 0);
    const letters = Array.from({ length: count }, (_letter, index): Letter => {
      const text = own.chance(1 / 8) ? 'ok' : `${word} ${writer}.${index + 1}`;
      // people write in bursts
      const gap = own.chance(0.4) ? own.whole(0, 20) : own.wait(mean / 0.6);
      return { text, gap, again: own.chance(0.05) };
    });
    return { session: Math.floor(writer / PEOPLE), peer: writer % PEOPLE, letters };
  });
}
