import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listProcesses, type ProcessRow, profileOf, signalGroup, waitUntilGone } from './browser-processes';

/**
 * Which browser wrote the profile last stands in a file of ours in its top, where Chromium leaves unknown files alone and where a
 * backup, a restore or a move into quarantine takes it along. Whose the profile is stands beside it (browser-claim.ts).
 */
const browserFile = 'omniwp-browser.json';
const locks = ['SingletonLock', 'SingletonSocket', 'SingletonCookie'];

export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    // Absent, or cut off by a crash: both say nothing.
    return null;
  }
}

/** Whole or not at all: a crash leaves the old content. */
export async function writeJson(path: string, value: unknown): Promise<void> {
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

/** Browsers on exactly this profile. */
export async function browsersOn(profileDir: string): Promise<ProcessRow[]> {
  return (await listProcesses()).filter((row) => profileOf(row) === profileDir);
}

/** Ends these browsers and all that they started, and nobody else who came to their profile meanwhile. Returns how many there were. */
export async function endBrowsers(rows: ProcessRow[]): Promise<number> {
  const groups = new Set(rows.map((row) => row.group));
  for (const group of groups) signalGroup(group, 'SIGTERM');
  for (const group of groups) {
    const left = await waitUntilGone(group, null, 3000);
    if (left.length === 0) continue;
    signalGroup(group, 'SIGKILL');
    await waitUntilGone(group, null, 3000);
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

/** Somebody else has the profile: another engine of this process, or one of another process with a newer epoch (browser-claim.ts). */
export class ProfileInUseError extends Error {
  override name = 'ProfileInUseError';
}
