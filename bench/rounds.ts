import type { Series } from './stats';

/** One measured thing on both sides: the values of each round. */
export type Pair = { ours: Series[]; bare: Series[] };

/** Runs both sides in each round, and the other one first in every second round. */
export async function alternate(
  rounds: number,
  sides: { ours: (round: number) => Promise<void>; bare: (round: number) => Promise<void> },
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [sides.ours, sides.bare] : [sides.bare, sides.ours];
    for (const side of order) await side(round);
  }
}

export const pair = (): Pair => ({ ours: [], bare: [] });
