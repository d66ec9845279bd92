import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findProcess } from './browser-processes';
import { browsersOn, clearLocks, endBrowsers, ProfileInUseError, readJson, writeJson } from './browser-profile';

/**
 * Whose a profile is: a small file for each claim in its top, where Chromium leaves unknown files alone. The file is named after the
 * claim's epoch (the lease's, which grows with each change of hands), so nobody ever writes over a newer claim than his own, and of
 * several the newest counts. A claim whose process is gone counts for nothing, whatever its epoch.
 */
export type Claim = {
  /** The directory as the system spells it. */
  dir: string;
  epoch: number;
};

export type ProfileOwner = { pid: number; startedAt: string };

/** The name without an epoch is an older version's: older than every claim. What follows `.json` was cut off by a crash. */
const claimFile = /^omniwp-owner(?:-(\d+))?\.json(\..+)?$/;
const NO_EPOCH = -1;

const fileOf = ({ dir, epoch }: Claim): string => join(dir, `omniwp-owner-${epoch}.json`);

type Found = { name: string; epoch: number; whole: boolean };

const pick = (names: string[]): Found[] =>
  names.flatMap((name) => {
    const match = claimFile.exec(name);
    return match ? [{ name, epoch: match[1] ? Number(match[1]) : NO_EPOCH, whole: match[2] === undefined }] : [];
  });

const listClaims = async (dir: string): Promise<Found[]> => pick(await readdir(dir).catch(() => []));

function ownerIn(content: unknown): ProfileOwner | null {
  if (typeof content !== 'object' || content === null || !('pid' in content) || !('startedAt' in content)) return null;
  const { pid, startedAt } = content;
  return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : null;
}

/** The process that made this claim, if it is still there. */
async function liveOwnerIn(path: string): Promise<ProfileOwner | null> {
  const owner = ownerIn(await readJson(path));
  const row = owner && (await findProcess(owner.pid));
  return owner && row?.startedAt === owner.startedAt ? owner : null;
}

/** A process that claimed this profile and is still there. */
export async function findLiveOwner(dir: string): Promise<ProfileOwner | null> {
  for (const { name, whole } of await listClaims(dir)) {
    const owner = whole ? await liveOwnerIn(join(dir, name)) : null;
    if (owner) return owner;
  }
  return null;
}

/**
 * Whether somebody claimed the profile after us, who took our own claim away then. Reads without a pause, so that nothing can come
 * between the answer and what the caller does in the same turn.
 */
export function isSuperseded(claim: Claim): boolean {
  try {
    if (pick(readdirSync(claim.dir)).some(({ epoch, whole }) => whole && epoch > claim.epoch)) return true;
    return ownerIn(JSON.parse(readFileSync(fileOf(claim), 'utf8')))?.pid !== process.pid;
  } catch {
    // the claim is gone, or the whole profile
    return true;
  }
}

function assertNewest(claim: Claim): void {
  if (isSuperseded(claim)) throw new ProfileInUseError('the session is run elsewhere by now, under a newer epoch');
}

/**
 * Ends what others left running on the profile. Who claims a profile does so before his browser starts; so where nobody has claimed
 * it after us when these browsers have been listed, none of them is a newer owner's.
 * @throws ProfileInUseError when somebody has
 */
export async function endOthersOn(claim: Claim): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    const rows = await browsersOn(claim.dir);
    assertNewest(claim);
    if (rows.length === 0) return;
    await endBrowsers(rows);
  }
}

/** What this process runs now, so that no two engines of it meet in one profile; the promise is the release. */
const held = new Map<string, { released: Promise<void>; release: () => void }>();

/**
 * Makes the profile ours: creates it (0700), writes down whose it is, ends what an older owner left running on it and clears
 * Chromium's lock. `epoch` is the lease's, so whoever is on it with an older one has no right to be; and where a process with
 * a newer one lives, it is we who slept. An engine of this process that is still ending is waited for, `waitMs` at most.
 * @throws ProfileInUseError when another engine of this process stays on it, or a newer one of another process has it
 */
export async function claimProfile(profileDir: string, options: { epoch: number; waitMs: number }): Promise<Claim> {
  await mkdir(profileDir, { recursive: true, mode: 0o700 });
  const dir = await realpath(profileDir);
  await waitForRelease(dir, options.waitMs);
  held.set(dir, createHold());
  const claim = { dir, epoch: options.epoch };
  try {
    await writeClaim(claim);
    await endOthersOn(claim);
    await dropClaims(dir, ({ name, epoch }) => epoch <= claim.epoch && join(dir, name) !== fileOf(claim));
    assertNewest(claim);
    await clearLocks(dir);
    return claim;
  } catch (error) {
    if (!(await isAnothers(claim))) await rm(fileOf(claim), { force: true });
    letGo(dir);
    throw error;
  }
}

async function writeClaim(claim: Claim): Promise<void> {
  const self = await findProcess(process.pid);
  await writeJson(fileOf(claim), { pid: process.pid, startedAt: self?.startedAt ?? '' });
  // looked for after our own stands there: of two who do this at once, one sees the other
  for (const { name, epoch, whole } of await listClaims(claim.dir)) {
    if (!whole || epoch <= claim.epoch) continue;
    const path = join(claim.dir, name);
    // a database that was put back to an earlier day may give an epoch twice: the dead keep nobody out
    if (!(await liveOwnerIn(path))) await rm(path, { force: true });
  }
  assertNewest(claim);
}

async function dropClaims(dir: string, which: (found: Found) => boolean): Promise<void> {
  const found = (await listClaims(dir)).filter(which);
  await Promise.all(found.map(({ name }) => rm(join(dir, name), { force: true })));
}

/** Whether the file of our epoch is another process's: then it is not ours to remove. */
async function isAnothers(claim: Claim): Promise<boolean> {
  const owner = ownerIn(await readJson(fileOf(claim)));
  return owner !== null && owner.pid !== process.pid;
}

function createHold(): { released: Promise<void>; release: () => void } {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { released, release };
}

/** Returns in the same turn in which the profile is free, so that two waiters cannot both take it. */
async function waitForRelease(dir: string, waitMs: number): Promise<void> {
  const until = Date.now() + waitMs;
  for (let hold = held.get(dir); hold; hold = held.get(dir)) {
    const left = until - Date.now();
    if (left <= 0) throw new ProfileInUseError('another engine of this process is on this profile');
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, left);
    });
    await Promise.race([hold.released, late]);
    clearTimeout(timer);
  }
}

function letGo(dir: string): void {
  held.get(dir)?.release();
  held.delete(dir);
}

/** After the browser is gone, which leaves its lock behind when it was killed. The directory may have been moved by now. */
export async function releaseProfile(claim: Claim): Promise<void> {
  // whoever took over from us while we were paused keeps its note and its lock
  if (!isSuperseded(claim)) {
    await clearLocks(claim.dir);
    await rm(fileOf(claim), { force: true });
  }
  letGo(claim.dir);
}

export const isClaimed = (dir: string): boolean => held.has(dir);
