/** Measured values, at least one. */
export type Series = readonly number[];

/** The value below which a share of the values lies; between two values, in proportion. */
export function quantile(values: Series, share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)];
  const high = sorted[Math.ceil(place)];
  if (low === undefined || high === undefined) throw new Error('nothing was measured');
  return low + (high - low) * (place - Math.floor(place));
}

export const median = (values: Series): number => quantile(values, 0.5);
export const p95 = (values: Series): number => quantile(values, 0.95);

/** What each round gave, on one side or on both: rounds are what drift of the machine shows in. */
export type Spread = { low: number; high: number };

export function spreadOf(perRound: Series): Spread {
  return { low: Math.min(...perRound), high: Math.max(...perRound) };
}
