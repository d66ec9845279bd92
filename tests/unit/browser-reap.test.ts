import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimProfile, releaseProfile } from '@/server/whatsapp/browser-claim';
import { findProcess, listProcesses, profileOf, signalGroup } from '@/server/whatsapp/browser-processes';
import { newestBrowserMajor, readBrowserMajor, recordBrowserMajor } from '@/server/whatsapp/browser-profile';
import { reapOrphans } from '@/server/whatsapp/browser-reap';

let root: string;
const groups: number[] = [];

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'omniwp-reap-')));
});
afterEach(async () => {
  for (const group of groups.splice(0)) signalGroup(group, 'SIGKILL');
  await rm(root, { recursive: true, force: true });
});

const rowsOn = async (dir: string) => (await listProcesses()).filter((row) => profileOf(row) === dir);

async function until<T>(read: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const value = await read();
    if (value !== undefined) return value;
  }
  throw new Error('it did not happen');
}

/** Something with a browser's command line, in a group of its own, whose parent is gone. */
async function startOrphan(dir: string): Promise<number> {
  await mkdir(dir, { recursive: true });
  const sleeper = `require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)', '--', '--user-data-dir=${dir}'], { detached: true, stdio: 'ignore' }).unref()`;
  spawn(process.execPath, ['-e', sleeper], { stdio: 'ignore' });
  const row = await until(async () => (await rowsOn(dir)).find(({ parent }) => parent !== process.pid));
  groups.push(row.group);
  return row.pid;
}

describe('browsers that nobody owns', () => {
  it('are ended, and their lock with them', async () => {
    const dir = join(root, 'user', 'profile');
    const pid = await startOrphan(dir);
    await symlink('somewhere-1', join(dir, 'SingletonLock'));
    await writeFile(join(dir, 'omniwp-owner.json'), JSON.stringify({ pid: 999_999_999, startedAt: '1' }));
    await until(async () => ((await findProcess(pid))?.parent ?? 0) <= 1 || undefined);
    expect(await reapOrphans(root)).toBe(1);
    expect(await rowsOn(dir)).toEqual([]);
    expect(await readdir(dir)).not.toContain('SingletonLock');
  });

  it('are left alone while their owner lives, or outside the folder', async () => {
    const dir = join(root, 'user', 'profile');
    const outside = join(root, 'elsewhere', 'profile');
    await startOrphan(dir);
    await startOrphan(outside);
    const self = await findProcess(process.pid);
    await writeFile(join(dir, 'omniwp-owner.json'), JSON.stringify({ pid: process.pid, startedAt: self?.startedAt }));
    expect(await reapOrphans(join(root, 'user'))).toBe(0);
    expect(await rowsOn(dir)).toHaveLength(1);
    expect(await rowsOn(outside)).toHaveLength(1);
    expect(await reapOrphans(join(root, 'nowhere'))).toBe(0);
  });

  it('are known by start time, since a pid comes again', async () => {
    const dir = join(root, 'user', 'profile');
    await startOrphan(dir);
    await writeFile(join(dir, 'omniwp-owner.json'), JSON.stringify({ pid: process.pid, startedAt: 'another' }));
    await until(async () => ((await rowsOn(dir))[0]?.parent ?? 0) <= 1 || undefined);
    expect(await reapOrphans(root)).toBe(1);
  });
});

describe('a profile', () => {
  it('is cleared of what a dead owner left running', async () => {
    const dir = join(root, 'p');
    await startOrphan(dir);
    await releaseProfile(await claimProfile(dir, { epoch: 1, waitMs: 0 }));
    expect(await rowsOn(dir)).toEqual([]);
  });

  it('remembers the newest browser that opened it', async () => {
    const dir = join(root, 'user', 'generation', 'profile');
    await mkdir(dir, { recursive: true });
    expect(await readBrowserMajor(dir)).toBeNull();
    expect(await newestBrowserMajor(root)).toBeNull();
    await recordBrowserMajor(dir, 156);
    await recordBrowserMajor(dir, 153);
    expect(await readBrowserMajor(dir)).toBe(156);
    expect(await newestBrowserMajor(root)).toBe(156);
  });
});
