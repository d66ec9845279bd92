import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isAlive } from '@/server/embedded/alive';
import { claimProfile, findLiveOwner, isSuperseded, releaseProfile } from '@/server/whatsapp/browser-claim';
import { findProcess } from '@/server/whatsapp/browser-processes';
import { needed } from '@/tests/support/needed';
import { waitUntil } from '@/tests/support/wait-until';

let dir: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'omniwp-claim-')));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(dir, { recursive: true, force: true });
});

/** A living process that has nothing to do with us. `deaf`: it does not end when it is asked to. */
async function startProcess(options: { deaf?: boolean; profile?: string } = {}): Promise<number> {
  const deafness = options.deaf ? "process.on('SIGTERM', () => {});" : '';
  const code = `${deafness} setTimeout(() => {}, 60_000); console.log('up')`;
  const args = options.profile ? ['--', `--user-data-dir=${options.profile}`] : [];
  const child = spawn(process.execPath, ['-e', code, ...args], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return needed(child.pid);
}

const fileOf = (epoch: number) => join(dir, `omniwp-owner-${epoch}.json`);
const names = async () => (await readdir(dir)).toSorted();
/** As a process of its own writes its claim. */
const claimFor = async (pid: number, path: string) =>
  writeFile(path, JSON.stringify({ pid, startedAt: (await findProcess(pid))?.startedAt }));
const claim = (epoch: number, waitMs = 0) => claimProfile(dir, { epoch, waitMs });

it("is one engine's at a time, and the next one waits for it", async () => {
  const held = await claim(1);
  await expect(claim(2, 20)).rejects.toThrow('another engine of this process');
  const waiting = claim(2, 5000);
  await releaseProfile(held);
  expect(await waiting).toEqual({ dir, epoch: 2 });
  await releaseProfile(await waiting);
  expect(await names()).toEqual([]);
});

it('is refused to an older epoch while the process with the newer one lives; its browser and its lock stay', async () => {
  const other = await startProcess();
  await claimFor(other, fileOf(7));
  const browser = await startProcess({ profile: dir });
  await symlink('host-1', join(dir, 'SingletonLock'));
  await expect(claim(6)).rejects.toThrow('under a newer epoch');
  expect(isAlive(browser)).toBe(true);
  expect(await names()).toEqual(['SingletonLock', 'omniwp-owner-7.json']);
  expect(JSON.parse(await readFile(fileOf(7), 'utf8'))).toMatchObject({ pid: other });
  // and nothing of the refusal stays behind in this process
  await releaseProfile(await claim(8));
});

it('is not refused because of what the dead left, whatever its epoch, whole or cut off', async () => {
  const dead = { pid: 999_999_999, startedAt: '1' };
  await writeFile(fileOf(3), JSON.stringify(dead));
  await writeFile(fileOf(90), JSON.stringify(dead));
  await writeFile(fileOf(91), '{"pid": 12');
  await writeFile(`${fileOf(4)}.2f1c`, '{"pid"');
  // the same number, another process
  await writeFile(fileOf(92), JSON.stringify({ pid: process.pid, startedAt: 'another' }));
  await mkdir(join(dir, 'Default'));
  const held = await claim(5);
  expect(await names()).toEqual(['Default', 'omniwp-owner-5.json']);
  expect(isSuperseded(held)).toBe(false);
  expect(await findLiveOwner(dir)).toMatchObject({ pid: process.pid });
  await releaseProfile(held);
  expect(await names()).toEqual(['Default']);
});

it('is taken over from an older epoch, and from a claim that an older version wrote, though their processes live', async () => {
  const older = await startProcess({ profile: dir });
  await claimFor(older, fileOf(4));
  await claimFor(await startProcess(), join(dir, 'omniwp-owner.json'));
  expect(await findLiveOwner(dir)).not.toBeNull();
  const held = await claim(5);
  expect(await names()).toEqual(['omniwp-owner-5.json']);
  await waitUntil('the end of the older browser', () => !isAlive(older));
  await releaseProfile(held);
});

it('goes to the newer one of two that claim it at once: what he starts meanwhile is left alone', async () => {
  // ending this one takes three seconds: time in which somebody with a newer epoch comes
  const old = await startProcess({ deaf: true, profile: dir });
  const slow = claim(6);
  slow.catch(() => {});
  await waitUntil('its claim', () => readFile(fileOf(6), 'utf8'));
  await claimFor(await startProcess(), fileOf(7));
  const browser = await startProcess({ profile: dir });
  await expect(slow).rejects.toThrow('under a newer epoch');
  expect(isAlive(old)).toBe(false);
  expect(isAlive(browser)).toBe(true);
  expect(await names()).toEqual(['omniwp-owner-7.json']);
});

it('stays with who came later, when an owner that slept through that ends', async () => {
  const slept = await claim(6);
  await claimFor(await startProcess(), fileOf(7));
  await symlink('host-1', join(dir, 'SingletonLock'));
  expect(isSuperseded(slept)).toBe(true);
  await releaseProfile(slept);
  expect(await names()).toContain('SingletonLock');
  expect(await names()).toContain('omniwp-owner-7.json');
});

it('is no longer that of an owner whose claim was taken away, though nobody holds it any more', async () => {
  const slept = await claim(6);
  await rm(fileOf(6));
  expect(isSuperseded(slept)).toBe(true);
  // the same epoch by another process: whoever came later
  await claimFor(await startProcess(), fileOf(6));
  expect(isSuperseded(slept)).toBe(true);
  await releaseProfile(slept);
  expect(await names()).toEqual(['omniwp-owner-6.json']);
});
