import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { watchMachine } from './machine';
import { FULL, SHORT } from './plan';
import { report } from './report';
import { runBench } from './run';

/** `npm run bench [-- --short] [-- --json FILE]`: docs/bench.md. Progress goes to standard error, the report to standard output. */

const { values } = parseArgs({ options: { short: { type: 'boolean', default: false }, json: { type: 'string' } } });
const plan = values.short ? SHORT : FULL;
const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort());

const from = Date.now();
const note = (line: string) => console.error(`${((Date.now() - from) / 1000).toFixed(0).padStart(5)} s  ${line}`);
try {
  const machine = watchMachine();
  const results = await runBench(plan, note, ending.signal);
  if (values.json) await writeFile(values.json, JSON.stringify(results, null, 1));
  console.log(report(results, machine.describe(), plan.rounds));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
