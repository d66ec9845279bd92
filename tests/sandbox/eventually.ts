import { expect } from 'vitest';

/** `expect.poll` with patience for a machine that is busy with other things. */
export const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 15_000, interval: 20 });
