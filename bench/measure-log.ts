import { randomUUID } from 'node:crypto';
import { now } from './clock';
import { createListeners } from './measure-inbound';
import type { Linked } from './ours';
import type { Plan } from './plan';
import type { Stage } from './stage';

/** Of one owner, in ms. `resume`: a subscriber that comes back 100 events behind, until it has them all. */
export type LongLog = { events: number; resume: number[]; accept: number[]; inbound: number[]; list: number[] };

const BEHIND = 100;

/** A log that grows in front of the same questions. With its events come half as many messages, over the chats that are there. */
export async function measureLogs(stage: Stage, plan: Plan, linked: Linked): Promise<LongLog[]> {
  const found: LongLog[] = [];
  for (const events of plan.logs) {
    await fill(stage, linked, events);
    found.push({ events, ...(await ask(stage, plan, linked)) });
    stage.note(`  a log of ${events} events`);
  }
  return found;
}

async function fill({ ours }: Stage, { id, chatIds }: Linked, events: number): Promise<void> {
  await ours.sql(
    `INSERT INTO message (id, owner_id, chat_id, own_number, engine_message_id, direction, kind, text, status, at, sent_at)
     SELECT gen_random_uuid(), s.owner_id, ($2::uuid[])[1 + n % $3], s.phone, 'relleno ' || n, 'inbound', 'text',
            'Buenas, ¿tienen pan de masa madre para el sábado? Pedido ' || n, 'received', now() - n * interval '1 minute', now() - n * interval '1 minute'
     FROM whatsapp_session s, "user" u, generate_series(u.event_seq / 2 + 1, $4::bigint / 2) n WHERE s.owner_id = $1 AND u.id = $1`,
    [id, chatIds, chatIds.length, events],
  );
  await ours.sql(
    `INSERT INTO event (owner_id, seq, type, payload)
     SELECT $1::uuid, n, 'message.updated', jsonb_build_object('message', jsonb_build_object(
       'id', gen_random_uuid(), 'chatId', ($2::uuid[])[1 + n % $3], 'direction', 'outbound', 'kind', 'text',
       'text', 'Sí, le guardamos dos. Pedido ' || n, 'status', 'delivered', 'errorCode', null, 'clientKey', gen_random_uuid(),
       'at', '2026-11-24T12:00:00.000Z', 'position', n, 'sentAt', '2026-11-24T12:00:00.000Z',
       'deliveredAt', '2026-11-24T12:00:01.000Z', 'readAt', null))
     FROM "user" u, generate_series(u.event_seq + 1, $4::bigint) n WHERE u.id = $1::uuid`,
    [id, chatIds, chatIds.length, events],
  );
  await ours.sql('UPDATE "user" SET event_seq = GREATEST(event_seq, $2) WHERE id = $1::uuid', [id, events]);
  // what a database does by itself a little later
  await ours.sql('VACUUM ANALYZE event, message, chat');
  await ours.sql('CHECKPOINT');
}

async function ask(stage: Stage, plan: Plan, linked: Linked): Promise<Omit<LongLog, 'events'>> {
  const { trpc, chatIds, phone } = linked;
  const found: Omit<LongLog, 'events'> = { resume: [], accept: [], inbound: [], list: [] };
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const from = now();
    await work();
    return now() - from;
  };
  const listeners = await createListeners(stage, linked, 1);
  const times = Array.from({ length: plan.questions });
  for (const _ of times) found.inbound.push((await listeners.hear(phone, `largo ${randomUUID()}`)).first);
  listeners.close();
  for (const _ of times) found.list.push(await timed(() => trpc.chats.list.query({})));
  for (const _ of times) found.resume.push(await resume(stage, linked));
  // last, for what was accepted goes on leaving for a while
  for (const index of times.keys()) {
    const send = { chatId: chatIds[0] ?? '', text: `largo ${index}`, clientKey: randomUUID() };
    found.accept.push(await timed(() => trpc.chats.send.mutate(send)));
  }
  return found;
}

async function resume({ ours }: Stage, linked: Linked): Promise<number> {
  const { seq } = await linked.trpc.events.head.query();
  const from = now();
  let done: (at: number) => void = () => {};
  const caughtUp = new Promise<number>((resolve) => {
    done = resolve;
  });
  const close = await ours.follow(linked, (event, at) => event.seq === seq && done(at), Math.max(0, seq - BEHIND));
  const at = await caughtUp;
  close();
  return at - from;
}
