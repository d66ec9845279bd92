import { randomUUID } from 'node:crypto';
import { now } from './clock';
import { type Cpu, cpuFor, cpuOfBare, cpuOfOurs } from './cpu';
import type { Linked, Ours } from './ours';
import type { Plan } from './plan';
import { alternate, type Pair, pair } from './rounds';
import { type BareSession, bareChatOf, type Stage } from './stage';

/** Follows an owner's log and knows which messages WhatsApp has. */
async function followSent(ours: Ours, owner: Linked) {
  const known = new Map<string, number>();
  const waiting = new Map<string, (at: number) => void>();
  const close = await ours.follow(owner, ({ body }, at) => {
    if (body.type !== 'message.updated' || !['sent', 'delivered', 'read'].includes(body.message.status)) return;
    const { id } = body.message;
    if (known.has(id)) return;
    known.set(id, at);
    waiting.get(id)?.(at);
    waiting.delete(id);
  });
  return {
    close,
    /** When a subscriber had the event that says that WhatsApp took it. */
    sentAt(id: string): Promise<number> {
      const at = known.get(id);
      return at === undefined ? new Promise((resolve) => waiting.set(id, resolve)) : Promise.resolve(at);
    },
  };
}

export type Sends = { accept: Pair; ack: Pair };

/**
 * One message at a time, each after WhatsApp has the one before, in ms. `accept`: until `chats.send` answered, with the row committed,
 * and until `sendMessage` resolved. `ack`: until a subscriber has the event, and until `message_ack`.
 */
export async function measureSends(
  stage: Stage,
  plan: Plan,
  linked: { ours: Linked; bare: BareSession },
): Promise<Sends> {
  const found: Sends = { accept: pair(), ack: pair() };
  const sent = await followSent(stage.ours, linked.ours);
  await alternate(plan.rounds, {
    ours: async (round) => {
      const calls: number[] = [];
      const acks: number[] = [];
      for (let index = 0; index < plan.messages; index++) {
        const from = now();
        const message = await linked.ours.trpc.chats.send.mutate({
          chatId: linked.ours.chatIds[0] ?? '',
          text: `uno ${round}.${index}`,
          clientKey: randomUUID(),
        });
        calls.push(now() - from);
        acks.push((await sent.sentAt(message.id)) - from);
      }
      found.accept.ours.push(calls);
      found.ack.ours.push(acks);
    },
    bare: async (round) => {
      const texts = Array.from({ length: plan.messages }, (_, index) => `uno ${round}.${index}`);
      const to = bareChatOf(stage.people[0] ?? '');
      const { calls, acks } = await stage.bare.sendOneByOne(linked.bare.name, to, texts);
      found.accept.bare.push(calls);
      found.ack.bare.push(acks);
    },
  });
  sent.close();
  return found;
}

/** Messages a second with many in flight: until WhatsApp is known to have the last. `accepted`: how many a second were taken in meanwhile. */
export type Burst = { sends: Pair; accepted: number[]; answered: number[]; cpu: { ours: Cpu[]; bare: Cpu[] } };

export async function measureBurst(
  stage: Stage,
  plan: Plan,
  linked: { ours: Linked[]; bare: BareSession[] },
): Promise<Burst> {
  const { burst, inFlight, rounds } = plan;
  const found: Burst = { sends: pair(), accepted: [], answered: [], cpu: { ours: [], bare: [] } };
  const perSecond = (ms: number, count = burst) => (count / ms) * 1000;
  const followed = await Promise.all(
    linked.ours.map(async (owner) => ({ owner, sent: await followSent(stage.ours, owner) })),
  );

  async function sendOurs(): Promise<void> {
    const from = now();
    let next = 0;
    let last = from;
    let firstAccepted = 0;
    let acceptedBy = from;
    const lane = async () => {
      for (let index = next++; index < burst; index = next++) {
        const one = followed[index % followed.length];
        if (!one) throw new Error('nobody sends');
        const chatId = one.owner.chatIds[index % stage.people.length] ?? '';
        const input = { chatId, text: `muchos ${index}`, clientKey: randomUUID() };
        const { id } = await one.owner.trpc.chats.send.mutate(input);
        // those that were asked for at once, before any lane had to wait for WhatsApp
        if (index < inFlight) {
          firstAccepted += 1;
          acceptedBy = now();
        }
        last = Math.max(last, await one.sent.sentAt(id));
      }
    };
    await Promise.all(Array.from({ length: Math.min(inFlight, burst) }, lane));
    found.sends.ours.push([perSecond(last - from)]);
    found.accepted.push(perSecond(acceptedBy - from, firstAccepted));
  }

  async function sendBare(): Promise<void> {
    const names = linked.bare.map(({ name }) => name);
    const to = stage.people.map(bareChatOf);
    const { known, answered } = await stage.bare.sendMany(names, to, burst, Math.min(inFlight, burst));
    found.sends.bare.push([perSecond(known)]);
    found.answered.push(perSecond(answered));
  }

  await alternate(rounds, {
    ours: async () => {
      found.cpu.ours.push(await cpuFor(() => cpuOfOurs(stage), burst, sendOurs));
    },
    bare: async () => {
      found.cpu.bare.push(await cpuFor(() => cpuOfBare(stage), burst, sendBare));
    },
  });
  for (const { sent } of followed) sent.close();
  return found;
}
