import { setTimeout as sleep } from 'node:timers/promises';
import type { SandboxMessage } from '@/tests/support/sandbox';
import type { Follower } from './followers';
import { conversationOn } from './phone';
import { type Row, readRows } from './rows';
import type { World } from './world';

/** What each business's phone shows, by business and person: the truth of what was said. */
export type Truth = { business: number; peer: string; messages: SandboxMessage[] }[];
/** The state of everything at one moment. */
export type Picture = { truth: Truth; rows: Row[]; heads: number[]; states: string[] };

export async function readTruth({ sandbox, businesses }: World): Promise<Truth> {
  const truth: Truth = [];
  for (const { index, phone, people } of businesses) {
    for (const person of people) {
      truth.push({ business: index, peer: person.phone, messages: await conversationOn(sandbox, phone, person.phone) });
    }
  }
  return truth;
}

async function look(world: World): Promise<Picture> {
  const clients = world.businesses.map((business) => business.client().trpc);
  const [truth, rows, heads, states] = await Promise.all([
    readTruth(world),
    readRows(world.server),
    Promise.all(clients.map((trpc) => trpc.events.head.query().then(({ seq }) => seq))),
    Promise.all(clients.map((trpc) => trpc.whatsapp.status.query().then(({ status }) => status))),
  ]);
  return { truth, rows, heads, states };
}

/** What has not come to rest yet, in words; nothing: all is quiet. */
function unrest(picture: Picture, followers: readonly Follower[]): string[] {
  const left: string[] = [];
  picture.states.forEach((state, index) => {
    if (state !== 'connected') left.push(`session ${index + 1} is ${state}`);
  });
  const waiting = picture.rows.filter(({ status, error_code }) => status === 'queued' && error_code === null);
  if (waiting.length > 0) left.push(`${waiting.length} messages wait to be sent`);
  const said = picture.truth.flatMap(({ messages }) => messages).filter(({ fromMe }) => !fromMe).length;
  const stored = picture.rows.filter(({ direction }) => direction === 'inbound').length;
  if (stored < said) left.push(`${said - stored} messages of people are not stored`);
  for (const follower of followers) {
    const behind = (picture.heads[follower.business.index] ?? 0) - follower.head();
    if (behind !== 0) left.push(`a subscriber of ${follower.business.name} is ${behind} events behind`);
  }
  return left;
}

/** How long everything must stay as it is. */
const QUIET_MS = 3_000;

/**
 * Waits until everything has come to rest, or until nothing more can be hoped for: then the picture is taken as it is, and what is
 * wrong in it shows. Answers with what was still open.
 */
export async function settle(
  world: World,
  followers: readonly Follower[],
  patienceMs: number,
): Promise<{ picture: Picture; open: string[]; ms: number }> {
  const started = Date.now();
  let last: { picture: Picture; open: string[] } | null = null;
  let quietSince = 0;
  let quiet = '';
  while (Date.now() - started < patienceMs) {
    const picture = await look(world).catch(() => null);
    if (picture) {
      last = { picture, open: unrest(picture, followers) };
      const now = JSON.stringify([picture.heads, picture.rows.length]);
      if (now !== quiet || last.open.length > 0) {
        quiet = now;
        quietSince = Date.now();
      } else if (Date.now() - quietSince > QUIET_MS) return { ...last, ms: quietSince - started };
    }
    await sleep(500);
  }
  if (!last) throw new Error('nothing answers any more');
  return { ...last, ms: Date.now() - started };
}
