import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startChild } from '@/scripts/run/children.mjs';
import { keepFresh } from '@/scripts/run/keep-fresh.mjs';
import { needed } from '@/tests/support/needed';
import { waitUntil } from '@/tests/support/wait-until';

/** What `npm run dev` does when its server ends, on a server that only notes that it was started and how it was ended. */
let folder: string;
let fresh: ReturnType<typeof keepFresh>;
let said: string[];

const source = () => join(folder, 'server.mjs');
const notes = async () => (await readFile(join(folder, 'notes'), 'utf8').catch(() => '')).split('\n').filter(Boolean);
const untilNotes = (count: number) => waitUntil(`${count} notes`, async () => (await notes()).length >= count);

/** `does`: after it said that it is up. */
const program = (does: string) => `
import { appendFileSync } from 'node:fs';
const note = (text) => appendFileSync(${JSON.stringify(join(folder, 'notes'))}, text + '\\n');
process.on('SIGTERM', () => { note('in order'); process.exit(0); });
note(String(process.pid));
${does}
`;
const runs = 'setInterval(() => {}, 1000);';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'omniwp-fresh-'));
  await writeFile(source(), program(runs));
  said = [];
  fresh = keepFresh({
    start: () => startChild({ name: 'server', args: [source()], env: {}, logFile: join(folder, 'log', 'server.log') }),
    folders: [folder],
    say: (line) => said.push(line),
  });
  await untilNotes(1);
});
afterEach(async () => {
  fresh.stop();
  fresh.current().kill('SIGKILL');
  await fresh.current().exited;
  await rm(folder, { recursive: true, force: true });
});

test('a server that is killed is started again, and it is said', async () => {
  const [first] = await notes();
  process.kill(needed(Number(first)), 'SIGKILL');
  await untilNotes(2);
  expect((await notes())[1]).not.toBe(first);
  expect(said).toEqual([expect.stringContaining('the server was killed (SIGKILL): it starts again')]);
});

test('a saved change ends it in order and starts it with the new code', async () => {
  await writeFile(source(), program(`note('new code'); ${runs}`));
  await untilNotes(4);
  expect((await notes()).slice(1)).toEqual(['in order', expect.stringMatching(/^\d+$/), 'new code']);
  expect(said).toEqual([expect.stringContaining('the code changed')]);
});

test('one that ends by itself waits for a change, and it is said', async () => {
  await writeFile(source(), program('process.exit(3);'));
  await waitUntil('the word', () => said.length === 2);
  expect(said[1]).toContain('the server ended (code 3); a saved change starts it again');
  const before = (await notes()).length;
  await writeFile(source(), program(runs));
  await untilNotes(before + 1);
  expect(fresh.current().isOver()).toBe(false);
});

test('once it was told to stop it starts nothing any more', async () => {
  fresh.stop();
  const [first] = await notes();
  process.kill(needed(Number(first)), 'SIGKILL');
  await fresh.current().exited;
  await writeFile(source(), program(`note('new code'); ${runs}`));
  expect(said).toEqual([]);
  expect(await notes()).toEqual([first]);
});
