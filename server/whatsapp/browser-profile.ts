import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  findProcess,
  listProcesses,
  type ProcessRow,
  profileOf,
  signalGroup,
  waitUntilGone,
} from './browser-processes';

/**
 * Two small files of ours live in the top of each profile directory, where Chromium leaves unknown files alone and where a
 * backup, a restore or a move into quarantine takes them along: which browser wrote the profile last, and whose it is.
 */
const browserFile = 'omniwp-browser.json';
const ownerFile = 'omniwp-owner.json';
const locks = ['SingletonLock', 'SingletonSocket', 'SingletonCookie'];

export type ProfileOwner = { pid: number; startedAt: string };

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    // Absent, or cut off by a crash: both say nothing.
    return null;
  }
}

/** Whole or not at all: a crash leaves the old content. */
async function writeJson(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  await rename(temporary, path);
}

/** The major version of the newest browser that ever opened this profile; null when none did. */
export async function readBrowserMajor(profileDir: string): Promise<number | null> {
  const content = await readJson(join(profileDir, browserFile));
  const major = typeof content === 'object' && content !== null && 'major' in content ? content.major : null;
  return typeof major === 'number' && Number.isInteger(major) ? major : null;
}

/** Never lowers what is recorded: a downgrade is refused before it comes to this. */
export async function recordBrowserMajor(profileDir: string, major: number): Promise<void> {
  if (((await readBrowserMajor(profileDir)) ?? 0) >= major) return;
  await writeJson(join(profileDir, browserFile), { major });
}

/**
 * The newest major recorded in any profile below `sessionsRoot` (four levels deep at most): a browser that is to open them
 * must be at least this new, or they lose their keys. null when there is no profile.
 */
export async function newestBrowserMajor(sessionsRoot: string): Promise<number | null> {
  const majors = await collectMajors(sessionsRoot, 4);
  return majors.length > 0 ? Math.max(...majors) : null;
}

async function collectMajors(dir: string, depth: number): Promise<number[]> {
  const own = await readBrowserMajor(dir);
  if (own !== null) return [own];
  if (depth === 0) return [];
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  const inner = entries.filter((entry) => entry.isDirectory()).map((entry) => join(dir, entry.name));
  return (await Promise.all(inner.map((path) => collectMajors(path, depth - 1)))).flat();
}

/** The process that started a browser on this profile last, if it is still there. */
export async function findLiveOwner(profileDir: string): Promise<ProfileOwner | null> {
  const content = await readJson(join(profileDir, ownerFile));
  if (typeof content !== 'object' || content === null || !('pid' in content) || !('startedAt' in content)) return null;
  const { pid, startedAt } = content;
  if (typeof pid !== 'number' || typeof startedAt !== 'string') return null;
  const row = await findProcess(pid);
  return row?.startedAt === startedAt ? { pid, startedAt } : null;
}

/** Whether another living process started a browser on this profile after us. */
export async function isHeldElsewhere(profileDir: string): Promise<boolean> {
  const owner = await findLiveOwner(profileDir);
  return owner !== null && owner.pid !== process.pid;
}

/** Browsers on exactly this profile. */
export async function browsersOn(profileDir: string): Promise<ProcessRow[]> {
  return (await listProcesses()).filter((row) => profileOf(row) === profileDir);
}

/** Ends everything that runs on a profile. Returns how many processes there were. */
export async function endBrowsersOn(profileDir: string, rows: ProcessRow[]): Promise<number> {
  const groups = new Set(rows.map((row) => row.group));
  for (const group of groups) signalGroup(group, 'SIGTERM');
  for (const group of groups) {
    const left = await waitUntilGone(group, profileDir, 3000);
    if (left.length === 0) continue;
    signalGroup(group, 'SIGKILL');
    const stubborn = await waitUntilGone(group, profileDir, 3000);
    for (const row of stubborn) signalGroup(row.group, 'SIGKILL');
  }
  return rows.length;
}

/** Chromium's own lock is a link to `host-pid` and outlives a SIGKILL: whoever has made sure that nobody is there clears it. */
export async function clearLocks(profileDir: string): Promise<void> {
  await Promise.all(locks.map((name) => rm(join(profileDir, name), { force: true })));
}

/** Profiles below `root` (four levels deep at most) that carry a lock of Chromium's, whether or not anybody is there. */
export async function listLocked(root: string, depth = 4): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  if (entries.some(({ name }) => locks.includes(name))) return [root];
  if (depth === 0) return [];
  const inner = entries.filter((entry) => entry.isDirectory()).map((entry) => join(root, entry.name));
  return (await Promise.all(inner.map((path) => listLocked(path, depth - 1)))).flat();
}

/** What this process runs now, so that no two engines of it meet in one profile; the promise is the release. */
const claims = new Map<string, { released: Promise<void>; release: () => void }>();

export class ProfileInUseError extends Error {
  override name = 'ProfileInUseError';
}

/**
 * Makes the profile ours: creates it (0700), ends what another process left running on it, clears Chromium's lock and
 * writes down whose it is. The caller holds the session's lease, so whoever is still on it has no right to be. An engine of this
 * process that is still ending is waited for, `waitMs` at most.
 * @returns the directory as the system spells it
 * @throws ProfileInUseError when another engine of this process stays on it
 */
export async function claimProfile(profileDir: string, waitMs: number): Promise<string> {
  await mkdir(profileDir, { recursive: true, mode: 0o700 });
  const dir = await realpath(profileDir);
  await waitForRelease(dir, waitMs);
  claims.set(dir, createClaim());
  try {
    // also the browser of a process that lives and lost the lease, for it was paused past the end of its term
    await endBrowsersOn(dir, await browsersOn(dir));
    await clearLocks(dir);
    const self = await findProcess(process.pid);
    await writeJson(join(dir, ownerFile), { pid: process.pid, startedAt: self?.startedAt ?? '' });
    return dir;
  } catch (error) {
    dropClaim(dir);
    throw error;
  }
}

function createClaim(): { released: Promise<void>; release: () => void } {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { released, release };
}

/** Returns in the same turn in which the claim is free, so that two waiters cannot both take it. */
async function waitForRelease(dir: string, waitMs: number): Promise<void> {
  const until = Date.now() + waitMs;
  for (let claim = claims.get(dir); claim; claim = claims.get(dir)) {
    const left = until - Date.now();
    if (left <= 0) throw new ProfileInUseError('another engine of this process is on this profile');
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, left);
    });
    await Promise.race([claim.released, late]);
    clearTimeout(timer);
  }
}

function dropClaim(dir: string): void {
  claims.get(dir)?.release();
  claims.delete(dir);
}

/** After the browser is gone, which leaves its lock behind when it was killed. The directory may have been moved by now. */
export async function releaseProfile(dir: string): Promise<void> {
  // whoever took over from us while we were paused keeps its note and its lock
  if (!(await isHeldElsewhere(dir))) {
    await clearLocks(dir);
    await rm(join(dir, ownerFile), { force: true });
  }
  dropClaim(dir);
}

export const isClaimed = (dir: string): boolean => claims.has(dir);
