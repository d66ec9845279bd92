import { appendFileSync } from 'node:fs';
import { everyDrift } from './drift-list';
import { createLane, tryDrift, verdictOf } from './drift-session';
import { drifts } from './drifts';
import { createSandboxHarness } from './sandbox-harness';

/**
 * Tries every drift and says what becomes of each, one line a drift:
 * `npx tsx tests/contract/drift-bulk.ts [pattern] [lanes]`. Some 600 of them take half an hour on two cores.
 */
const pattern = new RegExp(process.argv[2] ?? '.');
const lanes = Number(process.argv[3] ?? 2);
const out = process.env.DRIFT_OUT;
const unhandled: string[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(String(reason)));
process.on('uncaughtException', (error) => unhandled.push(String(error)));

const every = process.env.DRIFTS === 'named' ? drifts : [...drifts, ...everyDrift()];
const all = every.filter(({ name }) => pattern.test(name));
const harness = await createSandboxHarness('today', { qrSeconds: 60 });
const verdicts = new Map<string, number>();

async function run(): Promise<void> {
  let lane = await createLane(harness);
  for (let drift = all.shift(); drift; drift = all.shift()) {
    const began = Date.now();
    let verdict: string;
    try {
      verdict = verdictOf(await tryDrift(harness, lane, drift));
    } catch (error) {
      verdict = `BAD ${String(error)}`;
    }
    if (unhandled.length > 0) verdict = `BAD unhandled ${unhandled.splice(0).join('; ')}; ${verdict}`;
    const line = `${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${drift.name} -> ${verdict}`;
    console.info(line);
    if (out) appendFileSync(out, `${line}\n`);
    const kind = verdict.split(/[ :]/)[0] ?? '';
    verdicts.set(kind, (verdicts.get(kind) ?? 0) + 1);
    if (!(await harness.isLinked(lane.people.own))) lane = await createLane(harness);
  }
}

await Promise.all(Array.from({ length: lanes }, run));
console.info(Object.fromEntries(verdicts));
await harness.close();
process.exit(0);
