import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { quantile } from './stats';

export type Machine = {
  date: string;
  cpus: number;
  cpu: string;
  memoryGib: number;
  node: string;
  commit: string;
  /** Load of the last minute over the run; the bench's own work is part of it. */
  load: string;
};

const EVERY_MS = 10_000;

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

/** Says what the run is on, and watches how busy that is. */
export function watchMachine(): { describe(): Machine } {
  const before = loadavg()[0] ?? 0;
  const loads: number[] = [];
  const timer = setInterval(() => loads.push(loadavg()[0] ?? 0), EVERY_MS);
  timer.unref();
  return {
    describe() {
      clearInterval(timer);
      const seen = loads.length > 0 ? loads : [before];
      const [low, middle, high] = [0, 0.5, 1].map((share) => quantile(seen, share).toFixed(1));
      return {
        date: new Date().toISOString().slice(0, 10),
        cpus: cpus().length,
        cpu: cpus()[0]?.model.trim() ?? 'unknown',
        memoryGib: Math.round(totalmem() / 2 ** 30),
        node: process.versions.node,
        commit: commit(),
        load: `${before.toFixed(1)} before, then ${low} to ${high}, median ${middle}`,
      };
    },
  };
}
