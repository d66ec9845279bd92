import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { listProcesses } from '@/server/whatsapp/browser-processes';

/** The bench itself, at its smallest: that it measures both sides to the end, never how fast. */

const run = promisify(execFile);

const left = async () => (await readdir(tmpdir())).filter((name) => /^omniwp-(bench|e2e|sandbox)-/.test(name));

test('a short bench compares both sides, ends well and leaves nothing', async () => {
  const before = await left();
  const { stdout } = await run(process.execPath, ['--import', 'tsx', 'bench/main.ts', '--short'], { timeout: 200_000 });
  const rows = stdout.split('\n').filter((line) => line.startsWith('| '));
  for (const what of [
    'start to QR',
    'restore to ready',
    'PSS of the browser',
    'send: accepted',
    'send: WhatsApp has it',
    'in: stored and told',
    'sends a second',
    'sessions up',
    'subscribers',
    'events in the log',
  ])
    expect(
      rows.some((row) => row.startsWith(`| ${what}`)),
      what,
    ).toBe(true);
  expect(stdout).not.toMatch(/NaN|Infinity|undefined/);

  const folders = (await left()).filter((name) => !before.includes(name));
  expect(folders).toEqual([]);
  const processes = (await listProcesses()).filter(({ command }) =>
    /omniwp-bench-|bench\/main/.test(command.join(' ')),
  );
  expect(processes).toEqual([]);
});
