import { setTimeout as sleep } from 'node:timers/promises';

/** `count` texts that no other text begins with. */
export const numbered = (what: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${what} ${index + 1}.`);

/** Says the texts one after another, with a pause behind each. */
export async function inTurn(texts: string[], pauseMs: number, say: (text: string) => Promise<unknown>): Promise<void> {
  for (const text of texts) {
    await say(text);
    await sleep(pauseMs);
  }
}
