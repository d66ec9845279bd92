import type { Pair } from './rounds';
import { type Series, spreadOf } from './stats';

export type Aim = { says: string; met: (value: number) => boolean };

/** One line of the table, as text; `met` null: nothing is aimed at. */
export type Compared = {
  what: string;
  ours: string;
  bare: string;
  verdict: string;
  /** The verdict of the lowest and of the highest round. */
  rounds: string;
  aim: string;
  met: boolean | null;
};

type Statistic = (values: Series) => number;
type Verdict = { of: (ours: number, bare: number) => number; write: (value: number) => string };

const RATIO: Verdict = { of: (ours, bare) => ours / bare, write: (value) => value.toFixed(2) };
const DIFFERENCE: Verdict = {
  of: (ours, bare) => ours - bare,
  write: (value) => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(1)} ms`,
};

function line(
  what: string,
  unit: string,
  statistic: Statistic,
  found: Pair,
  verdict: Verdict,
  aim: Aim | undefined,
  judged: 'verdict' | 'ours',
): Compared {
  const ours = statistic(found.ours.flat());
  const bare = statistic(found.bare.flat());
  const value = verdict.of(ours, bare);
  const each = found.ours.map((values, round) => verdict.of(statistic(values), statistic(found.bare[round] ?? [])));
  const { low, high } = spreadOf(each);
  const number = (measured: number) => `${measured >= 100 ? measured.toFixed(0) : measured.toFixed(1)} ${unit}`;
  return {
    what,
    ours: number(ours),
    bare: number(bare),
    verdict: verdict.write(value),
    rounds: found.ours.length > 1 ? `${verdict.write(low)} … ${verdict.write(high)}` : '',
    aim: aim?.says ?? '',
    met: aim ? aim.met(judged === 'ours' ? ours : value) : null,
  };
}

/** Judged by ours / bare. */
export const compare = (what: string, unit: string, statistic: Statistic, found: Pair, aim?: Aim): Compared =>
  line(what, unit, statistic, found, RATIO, aim, 'verdict');

/** The ratio is shown, and ours alone is judged. */
export const own = (what: string, unit: string, statistic: Statistic, found: Pair, aim: Aim): Compared =>
  line(what, unit, statistic, found, RATIO, aim, 'ours');

/** Judged by how much later ours is. */
export const differ = (what: string, unit: string, statistic: Statistic, found: Pair, aim?: Aim): Compared =>
  line(what, unit, statistic, found, DIFFERENCE, aim, 'verdict');
