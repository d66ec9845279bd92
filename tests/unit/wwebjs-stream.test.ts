import { describe, expect, it } from 'vitest';
import type { EngineEvent, MessageId } from '@/server/whatsapp/engine';
import type { LidBook } from '@/server/whatsapp/wwebjs-lids';
import { createEventStream } from '@/server/whatsapp/wwebjs-stream';

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
const raw = (id: string) => ({ id, type: 'chat', body: id, t: 1_764_000_000 });
const own = 'true_34600111222@c.us_A';
const theirs = 'false_34600111222@c.us_B';

function setUp(lids: Partial<LidBook> = {}) {
  const events: EngineEvent[] = [];
  const stream = createEventStream(
    (event) => events.push(event),
    {
      phoneOf: () => null,
      learn: async () => undefined,
      remember: () => undefined,
      ...lids,
    },
    { warn: () => undefined },
  );
  const said = () => events.map((event) => (event.type === 'message' ? event.message.id : event.type));
  return { stream, said, events };
}

describe('the stream of messages and acks', () => {
  it('keeps what comes before `ready`, and says everything once', async () => {
    const { stream, said } = setUp();
    stream.message(raw(theirs));
    stream.message(raw(theirs));
    await turn();
    expect(said()).toEqual([]);
    stream.open();
    stream.message(raw(theirs));
    await turn();
    expect(said()).toEqual([theirs]);
  });

  it('does not tell the sender of what it sends, whichever comes first', async () => {
    const { stream, said } = setUp();
    stream.open();
    const slot = stream.beginSend(null);
    stream.message(raw(own));
    stream.ack(raw(own), 1);
    stream.message(raw(theirs));
    await turn();
    expect(said()).toEqual([theirs]);
    slot.settle(own as MessageId);
    await turn();
    expect(said()).toEqual([theirs, 'ack']);
    stream.message(raw(own));
    await turn();
    expect(said()).toEqual([theirs, 'ack']);
  });

  it('tells of an own message whose send went wrong', async () => {
    const { stream, said } = setUp();
    stream.open();
    const slot = stream.beginSend(null);
    stream.message(raw(own));
    await turn();
    slot.settle(null);
    await turn();
    expect(said()).toEqual([own]);
  });

  it('holds an ack only for the sends that were under way when it came', async () => {
    const { stream, said } = setUp();
    stream.open();
    const first = stream.beginSend(null);
    stream.ack(raw(own), 2);
    await turn();
    const second = stream.beginSend(null);
    first.settle(own as MessageId);
    await turn();
    expect(said()).toEqual(['ack']);
    second.settle(null);
  });

  it('looks a hidden number up before it tells, in order', async () => {
    const known = new Map<string, string>();
    const { stream, events } = setUp({
      phoneOf: (lid) => known.get(lid) ?? null,
      learn: async (chat) => {
        await turn();
        if (chat.endsWith('@lid')) known.set(chat, '+34600111222');
      },
    });
    stream.open();
    stream.message(raw('false_99887766554433@lid_A'));
    stream.message(raw(theirs));
    await turn();
    await turn();
    await turn();
    expect(events.map((event) => event.type === 'message' && event.message.phone)).toEqual([
      '+34600111222',
      '+34600111222',
    ]);
    expect(events[0]).toMatchObject({ message: { chatId: '99887766554433@lid' } });
  });

  it('tells each step of a message once, and none after a later one', async () => {
    const { stream, events } = setUp();
    stream.open();
    const acks = () => events.flatMap((event) => (event.type === 'ack' ? [event.ack] : []));
    for (const ack of [1, 1, 3, 2, 3, 1]) stream.ack(raw(own), ack);
    await turn();
    expect(acks()).toEqual(['sent', 'read']);
    const other = 'true_34600111222@c.us_C';
    for (const ack of [-1, -1, 1, -1]) stream.ack(raw(other), ack);
    await turn();
    expect(acks().slice(2)).toEqual(['failed', 'sent']);
  });

  it('knows whose acks were not told', async () => {
    const { stream } = setUp();
    stream.open();
    expect(stream.lags(own, 2)).toBe(false);
    stream.message(raw(own));
    await turn();
    expect(stream.lags(own, 2)).toBe(true);
    stream.ack(raw(own), 2);
    await turn();
    expect([stream.lags(own, 2), stream.lags(own, 3), stream.lags(own, 'x')]).toEqual([false, true, false]);
  });

  it('goes on after what cannot be read', async () => {
    const broken = {
      get id(): string {
        throw new Error('broken');
      },
    };
    const { stream, said } = setUp({ learn: async () => Promise.reject(new Error('no page')) });
    stream.open();
    for (const nothing of [null, undefined, 7]) {
      stream.message(nothing as never);
      stream.ack(nothing as never, 1);
    }
    stream.ack(broken, 1);
    stream.message(raw(theirs));
    await turn();
    expect(said()).toEqual([]);
    const well = setUp();
    well.stream.open();
    well.stream.ack(broken, 1);
    well.stream.message(raw(theirs));
    await turn();
    expect(well.said()).toEqual([theirs]);
  });
});
