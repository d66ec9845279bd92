/** A repeatable stream of choices: the same seed and the same questions give the same answers. */
export type Random = {
  /** From 0 up to 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number;
  /** True this often: 0.2 is one time in five. */
  chance(share: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** Milliseconds until something happens that happens every `mean` on average. */
  wait(mean: number): number;
  /** A stream of its own, so that one actor's questions do not shift another's answers. */
  fork(name: string): Random;
};

/** FNV-1a, so that `fork` depends on the name alone and not on when it is called. */
function hash(seed: number, name: string): number {
  let value = (0x811c9dc5 ^ seed) >>> 0;
  for (const char of name) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return value;
}

/** mulberry32: 32 bits of state are plenty for a schedule, and it is the same on every machine. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const whole = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    whole,
    chance: (share) => next() < share,
    pick(items) {
      const item = items[whole(0, items.length - 1)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    wait: (mean) => Math.round(-Math.log(1 - next()) * mean),
    fork: (name) => createRandom(hash(seed, name)),
  };
}
