import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OwnerId } from '@/server/auth/owner-id';
import { ownerIdOfRow } from '@/server/auth/owner-id';
import type { EngineEvent } from '@/server/whatsapp/engine';
import { withRoom } from '@/server/whatsapp/memory';
import type { Left } from '@/server/whatsapp/memory-left';
import { createMemoryWatch, type Watched } from '@/server/whatsapp/memory-watch';
import { createFakeNetwork } from '@/tests/support/fake-engine';
import { createLogger } from '@/server/logger';

const MB = 1024 * 1024;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('room for one more', () => {
  /** Engines on a machine with so much left. */
  function machine(left: Left) {
    const network = createFakeNetwork();
    const factory = withRoom(network.factory, {
      minFreeMb: 300,
      logger: createLogger('silent'),
      readLeft: async () => left,
    });
    let next = 0;
    return {
      network,
      async start() {
        const events: EngineEvent[] = [];
        next += 1;
        const engine = factory({ profileDir: `/p/${next}`, onEvent: (event) => events.push(event) });
        await engine.start();
        return { engine, states: () => events.flatMap((event) => (event.type === 'state' ? [event.state] : [])) };
      },
    };
  }

  it('refuses below the floor, with the figures, and starts nothing', async () => {
    const { start, network } = machine({ memoryMb: 299, tasks: null });
    const { states, engine } = await start();
    expect(states().map(({ kind }) => kind)).toEqual(['starting', 'crashed']);
    expect(states()[1]).toMatchObject({ reason: { code: 'NO_MEMORY', detail: '299 MB are free, 300 MB are needed' } });
    expect(network.started()).toBe(0);
    await engine.stop();
  });

  it('refuses where processes run out', async () => {
    const { states } = await machine({ memoryMb: null, tasks: 40 }).start();
    expect(states()[1]).toMatchObject({ reason: { code: 'NO_MEMORY' } });
  });

  it('starts where nothing can be told', async () => {
    const { start, network } = machine({ memoryMb: null, tasks: null });
    expect((await start()).states().at(-1)?.kind).toBe('pairing');
    expect(network.started()).toBe(1);
  });

  it('counts those that have only just begun', async () => {
    const { start } = machine({ memoryMb: 550, tasks: null });
    const kinds = [];
    for (let i = 0; i < 3; i += 1) kinds.push((await start()).states().at(-1)?.kind);
    expect(kinds).toEqual(['pairing', 'pairing', 'crashed']);
    vi.advanceTimersByTime(20_001);
    expect((await start()).states().at(-1)?.kind).toBe('pairing');
  });
});

describe('the watch over memory', () => {
  const owner = (name: string): OwnerId => ownerIdOfRow({ ownerId: name });
  function session(name: string, mb: number | null, idle = true) {
    const recycle = vi.fn(async () => idle);
    const watched: Watched = { ownerId: owner(name), memory: async () => (mb === null ? null : mb * MB), recycle };
    return { watched, recycle };
  }
  const watch = (...sessions: Watched[]) =>
    createMemoryWatch({ budgetMb: 700, sessions: () => sessions, logger: createLogger('silent'), idleMs: 60_000 });

  it('exchanges one that is above the budget, with the time that it must have been idle', async () => {
    const [small, large, unknown] = [session('a', 699), session('b', 701), session('c', null)];
    const looking = watch(small.watched, large.watched, unknown.watched);
    await looking.look();
    expect(large.recycle).toHaveBeenCalledExactlyOnceWith(60_000);
    expect(small.recycle).not.toHaveBeenCalled();
    expect(unknown.recycle).not.toHaveBeenCalled();
    expect([...looking.readings()]).toEqual([
      [owner('a'), 699 * MB],
      [owner('b'), 701 * MB],
    ]);
  });

  it('does one at a time, passes over those that are busy, and leaves one that stays large alone for half an hour', async () => {
    const [busy, one, two] = [session('a', 900, false), session('b', 900), session('c', 900)];
    const looking = watch(busy.watched, one.watched, two.watched);
    await looking.look();
    expect([busy, one, two].map(({ recycle }) => recycle.mock.calls.length)).toEqual([1, 1, 0]);
    await looking.look();
    await looking.look();
    expect([busy, one, two].map(({ recycle }) => recycle.mock.calls.length)).toEqual([3, 1, 1]);
    vi.advanceTimersByTime(30 * 60_000);
    await looking.look();
    expect(one.recycle).toHaveBeenCalledTimes(2);
  });

  it('looks every 30 s until it is stopped, and survives a session that cannot be measured', async () => {
    const broken = session('a', 1);
    broken.watched.memory = vi.fn(async () => Promise.reject(new Error('no /proc')));
    const looking = watch(broken.watched);
    looking.start();
    await vi.advanceTimersByTimeAsync(90_000);
    looking.stop();
    await vi.advanceTimersByTimeAsync(90_000);
    expect(broken.watched.memory).toHaveBeenCalledTimes(3);
  });
});
