import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { listProcesses } from '@/server/whatsapp/browser-processes';

/** The bench itself, at its smallest: that it measures both sides to the end, never how fast. */

const run = promisify(execFile);

test('a short bench compares both sides, ends well and leaves nothing', async () => {
  const home = await mkdtemp(join(tmpdir(), 'ob-'));
  // as root the database runs as another account, which must be able to pass
  await chmod(home, 0o711);
  const env = { ...process.env, TMPDIR: home };
  const { stdout } = await run(process.execPath, ['--import', 'tsx', 'bench/main.ts', '--short'], { env });
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
  ]) {
    const found = rows.some((row) => row.startsWith(`| ${what}`));
    expect(found, what).toBe(true);
  }
  expect(stdout).not.toMatch(/NaN|Infinity|undefined/);

  // tsx keeps a cache of its own there
  expect((await readdir(home)).filter((name) => !name.startsWith('tsx-'))).toEqual([]);
  const left = (await listProcesses()).filter(({ command }) => command.join(' ').includes(home));
  expect(left).toEqual([]);
  await rm(home, { recursive: true });
});
