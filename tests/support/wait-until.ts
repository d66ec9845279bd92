import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the answer is truthy (an error counts as no) and returns it; throws after `seconds`. */
export async function waitUntil<T>(what: string, ask: () => T | Promise<T>, seconds = 20): Promise<NonNullable<T>> {
  let last: unknown;
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(50)) {
    try {
      const answer = await ask();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`Still waiting for ${what} after ${seconds} s; last: ${String(last)}`);
}
