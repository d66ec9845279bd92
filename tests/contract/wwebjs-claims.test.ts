import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isMain } from '@/server/whatsapp/browser-processes';
import { type OwnerOptions } from '@/tests/support/engine-owner';
import { needed } from '@/tests/support/needed';
import { waitUntil } from '@/tests/support/wait-until';
import { type People } from './harness';
import { createSandboxHarness, type SandboxHarness } from './sandbox-harness';
import { connect, startSubject, type Subject } from './subject';

/** Two processes and one profile: which of them has it is decided by the epoch of their leases, whoever wakes up when. */
const project = resolve(import.meta.dirname, '../..');
let harness: SandboxHarness;
let people: People;
let profileDir: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  harness = await createSandboxHarness('today');
  people = await harness.createPeople();
  const linked = await connect(harness, await startSubject(harness), people);
  ({ profileDir } = linked);
  await linked.engine.stop();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await harness.close();
});

/** Another process with an engine on the profile, and what that says. */
function startOwner(options: Omit<OwnerOptions, 'deps' | 'profileDir'>) {
  const all: OwnerOptions = { deps: harness.deps, profileDir, ...options };
  const args = ['--import', 'tsx', 'tests/support/engine-owner.ts', JSON.stringify(all)];
  const child = spawn(process.execPath, args, { cwd: project, stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  return {
    child,
    said,
    async end(): Promise<void> {
      const ended = new Promise((done) => child.once('exit', done));
      child.stdin.end();
      await ended;
    },
  };
}

const browsers = async () => (await harness.rowsOn(profileDir)).filter(isMain).map(({ pid }) => pid);
const claims = async () => (await readdir(profileDir)).filter((name) => name.startsWith('omniwp-owner'));
const isStopped = async (child: ChildProcess) =>
  /\) T /.test(await readFile(`/proc/${needed(child.pid)}/stat`, 'utf8'));

async function startAt(epoch: number): Promise<Subject> {
  const subject = await startSubject(
    { ...harness, factory: (options) => harness.factory({ ...options, epoch }) },
    profileDir,
  );
  await subject.log.state('ready');
  return subject;
}

async function answers({ engine }: Subject): Promise<void> {
  expect(await engine.resolve(people.contact.phone)).toMatchObject({ phone: people.contact.phone });
}

test('one that is paused between its lease and its claim, and wakes beside the next holder, gives way to it', async () => {
  const sleeper = startOwner({ epoch: 5, sleepsBeforeClaim: true });
  await waitUntil('its sleep', () => isStopped(sleeper.child));
  const holder = await startAt(6);
  const before = await browsers();
  expect(before).toHaveLength(1);

  sleeper.child.kill('SIGCONT');
  await waitUntil('what it says', () => sleeper.said.some((line) => line.includes('"crashed"')));
  expect(JSON.parse(sleeper.said.at(-1) ?? '')).toMatchObject({
    kind: 'crashed',
    reason: { code: 'PROFILE_IN_USE' },
  });
  await sleeper.end();
  expect(await browsers()).toEqual(before);
  expect(await claims()).toEqual(['omniwp-owner-6.json']);
  await answers(holder);
  expect(holder.log.states().map(({ kind }) => kind)).not.toContain('crashed');
  await holder.engine.stop();
  expect(await claims()).toEqual([]);
});

test('one that runs, is paused and wakes beside the next holder ends nothing but itself', async () => {
  const sleeper = startOwner({ epoch: 7 });
  await waitUntil('its browser', () => sleeper.said.some((line) => line.includes('"ready"')));
  sleeper.child.kill('SIGSTOP');
  const holder = await startAt(8);
  const before = await browsers();
  expect(before).toHaveLength(1);
  sleeper.child.kill('SIGCONT');
  await waitUntil('what it says', () => sleeper.said.some((line) => line.includes('"crashed"')));
  await sleeper.end();
  expect(await browsers()).toEqual(before);
  await answers(holder);
  await holder.engine.stop();
  expect(await browsers()).toEqual([]);
  expect(await claims()).toEqual([]);
  expect((await readdir(profileDir)).filter((name) => name.startsWith('Singleton'))).toEqual([]);
});

test('a killed one leaves its claim behind, and neither that nor one of an older version keeps the next out', async () => {
  const killed = startOwner({ epoch: 9 });
  await waitUntil('its browser', () => killed.said.some((line) => line.includes('"ready"')));
  const ended = new Promise((done) => killed.child.once('exit', done));
  killed.child.kill('SIGKILL');
  await ended;
  expect(await claims()).toEqual(['omniwp-owner-9.json']);
  // a database that was put back to an earlier day counts from there
  const holder = await startAt(2);
  expect(await claims()).toEqual(['omniwp-owner-2.json']);
  await answers(holder);
  await holder.engine.stop();
  expect(await harness.processesOn(profileDir)).toBe(0);
});
