// @ts-check
// `npm test`: prepares what is missing, then the checks and every test, and ends with `N passed, N failed`. What follows `--` goes to
// vitest (and leaves the checks out), for example `npm test -- --project unit`.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { tool } from './prepare/command.mjs';
import { fail, red } from './prepare/steps.mjs';
import { prepare } from './prepare.mjs';

const REPORT = join('.cache', 'test-report.json');

/** Runs one command in sight; whether it succeeded. @returns {Promise<boolean>} */
function succeeds(/** @type {string} */ command, /** @type {string[]} */ args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

/** Counts tests; a file that failed before its first test counts as one. */
function readReport() {
  /** @typedef {{ status: string, assertionResults: { status: string }[] }} File */
  const { testResults } = /** @type {{ testResults: File[] }} */ (JSON.parse(readFileSync(REPORT, 'utf8')));
  const of = (/** @type {string[]} */ ...states) =>
    testResults.flatMap((file) => file.assertionResults).filter(({ status }) => states.includes(status)).length;
  const silent = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  );
  return {
    passed: of('passed'),
    failed: of('failed') + silent.length,
    skipped: of('pending', 'skipped', 'todo', 'disabled'),
  };
}

try {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  const more = process.argv.slice(2);
  await prepare();
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const check of more.length > 0 ? [] : ['check:format', 'check:lint', 'check:types']) {
    const good = await succeeds('npm', ['run', check]);
    total[good ? 'passed' : 'failed']++;
    if (!good) console.error(red(`${check} failed`));
  }
  mkdirSync('.cache', { recursive: true });
  rmSync(REPORT, { force: true });
  const [node, args] = tool(
    'vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${REPORT}`,
  );
  const good = await succeeds(node, [...args, ...more]);
  const counted = readReport();
  for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) total[key] += counted[key];
  // an error outside of any test
  if (!good && counted.failed === 0) total.failed++;
  console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
  process.exitCode = total.failed > 0 ? 1 : 0;
} catch (error) {
  console.error('\n0 passed, 1 failed');
  fail(error);
}
