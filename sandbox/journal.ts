import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** One change: a row of a table, or null where the row goes. */
export type Put = [table: string, key: string, value: unknown];

const line = z.array(z.tuple([z.string(), z.string(), z.unknown()]));

/**
 * A file of changes, one line for each group that must not be torn apart. A line reaches the kernel before `append`
 * returns, so what was answered survives a SIGKILL of this process; a torn last line (power loss) is dropped.
 */
export function createJournal(dir: string) {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, 'network.jsonl');

  function read(apply: (put: Put) => void): void {
    if (!existsSync(file)) return;
    for (const text of readFileSync(file, 'utf8').split('\n')) {
      if (text === '') continue;
      let puts: Put[];
      try {
        puts = line.parse(JSON.parse(text));
      } catch {
        // Only the last line can be torn; nothing after it was ever answered.
        return;
      }
      for (const put of puts) apply(put);
    }
  }

  function append(puts: Put[]): void {
    appendFileSync(file, `${JSON.stringify(puts)}\n`, { mode: 0o600 });
  }

  /** Replaces the file by one that says the same with a line per row; either the old or the new one is there. */
  function compact(rows: Iterable<Put>): void {
    const next = `${file}.next`;
    const fd = openSync(next, 'w', 0o600);
    try {
      for (const row of rows) writeSync(fd, `${JSON.stringify([row])}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(next, file);
  }

  return { read, append, compact };
}

export type Journal = ReturnType<typeof createJournal>;
