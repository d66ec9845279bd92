import type { Logger } from '@/server/logger';
import type { EngineFactory } from './engine';
import { type Left, readLeft } from './memory-left';

/** What a browser that is just starting will take, and how long it takes to show in the system's own numbers. */
const STARTING_MB = 200;
const STARTING_MS = 20_000;
/** Threads that the processes of one session have (measured: about 90), with room to spare. */
const TASKS_NEEDED = 150;

type Room = {
  /** What must be free before one more browser starts, MB. 0: whatever is there will do. */
  minFreeMb: number;
  logger: Logger;
  readLeft?: () => Promise<Left>;
};

/**
 * Engines that refuse to start where memory or processes for one more are not there (crashed, NO_MEMORY), in place of taking those
 * that run down with them. Starts that are under way count, though their memory does not show yet.
 */
export function withRoom(factory: EngineFactory, room: Room): EngineFactory {
  const { minFreeMb, logger } = room;
  const read = room.readLeft ?? readLeft;
  let starts: number[] = [];

  /** What is missing, in words for the log; null: there is room, and it is taken. */
  async function take(): Promise<string | null> {
    const { memoryMb, tasks } = await read();
    const now = Date.now();
    starts = starts.filter((at) => now - at < STARTING_MS);
    const left = memoryMb === null ? null : memoryMb - starts.length * STARTING_MB;
    if (left !== null && left < minFreeMb) return `${Math.max(0, left)} MB are free, ${minFreeMb} MB are needed`;
    const needed = (starts.length + 1) * TASKS_NEEDED;
    if (tasks !== null && tasks < needed) return `room for ${tasks} more threads, ${needed} are needed`;
    starts.push(now);
    return null;
  }

  return (options) => {
    const engine = factory(options);
    let stopped = false;
    return {
      ...engine,
      async start() {
        const missing = await take();
        if (stopped) return;
        if (missing === null) return engine.start();
        logger.warn({ missing }, 'a session was not started');
        options.onEvent({ type: 'state', state: { kind: 'starting' } });
        const reason = { code: 'NO_MEMORY', detail: missing } as const;
        options.onEvent({ type: 'state', state: { kind: 'crashed', reason } });
      },
      async stop() {
        stopped = true;
        await engine.stop();
      },
    };
  };
}
