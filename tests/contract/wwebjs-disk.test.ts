import { execFile } from 'node:child_process';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WwebjsDeps } from '@/server/whatsapp/wwebjs-settings';
import { createSandboxHarness, type SandboxHarness } from './sandbox-harness';
import { connect, type Subject, startSubject } from './subject';

const run = promisify(execFile);
const MB = 1024 * 1024;

/** A full disk under a profile: said at once, and the link is there again when there is room. */
describe('the whatsapp-web.js engine on a disk that fills up', () => {
  let harness: SandboxHarness;
  const subjects: Subject[] = [];
  const mounts: string[] = [];

  beforeAll(async () => {
    harness = await createSandboxHarness('today');
  });
  afterEach(async () => {
    await Promise.all(subjects.splice(0).map(({ engine }) => engine.stop()));
    for (const dir of mounts.splice(0)) await run('umount', ['-l', dir]);
  });
  afterAll(() => harness.close());

  async function start(profileDir: string, more: Partial<WwebjsDeps> = {}): Promise<Subject> {
    const factory = await harness.factoryWith(more);
    const subject = await startSubject({ factory, newProfile: harness.newProfile }, profileDir);
    subjects.push(subject);
    return subject;
  }

  type SmallDisk = {
    profileDir: string;
    fill: (leaveMb: number) => Promise<void>;
    empty: () => Promise<void>;
    more: Partial<WwebjsDeps>;
  };

  /** Root has a disk of its own of 150 MB; everybody else is told figures. */
  async function createSmallDisk(): Promise<SmallDisk> {
    const dir = dirname(harness.newProfile());
    const profileDir = join(dir, 'profile');
    if (process.platform === 'linux' && process.getuid?.() === 0) {
      await mkdir(dir, { recursive: true });
      await run('mount', ['-t', 'tmpfs', '-o', 'size=150m', 'tmpfs', dir]);
      mounts.push(dir);
      const filler = join(dir, 'filler');
      const empty = () => rm(filler, { force: true });
      return {
        profileDir,
        empty,
        more: {},
        async fill(leaveMb) {
          await empty();
          const { bavail, bsize } = await statfs(dir);
          // What Chromium writes meanwhile fills the rest.
          const write = (bytes: number) => writeFile(filler, Buffer.alloc(Math.max(0, bytes)));
          await write(bavail * bsize - leaveMb * MB).catch(() => undefined);
        },
      };
    }
    let free = 1000;
    return {
      profileDir,
      empty: async () => void (free = 1000),
      fill: async (leaveMb) => void (free = leaveMb),
      more: { disk: { read: async () => free } },
    };
  }

  it('says so within seconds, refuses to start while it lasts, and is back without a QR', async () => {
    const people = await harness.createPeople();
    const { profileDir, fill, empty, more } = await createSmallDisk();
    const first = await connect(harness, await start(profileDir, more), people);
    await fill(2);
    expect((await first.log.state('offline', undefined, 5000)).reason.code).toBe('DISK_FULL');
    await first.engine.stop();
    expect(await harness.processesOn(profileDir)).toBe(0);

    await fill(0);
    const second = await start(profileDir, more);
    const { reason } = await second.log.state('crashed', undefined, 3000);
    expect(reason.code).toBe('DISK_FULL');
    expect(reason.detail).toMatch(/^\d+ MB are free on the profile's disk, 64 MB are needed$/);
    await second.engine.stop();

    await empty();
    const third = await start(profileDir, more);
    expect((await third.log.state('ready')).phone).toBe(people.own.phone);
    for (const { log } of [second, third]) expect(log.states().map(({ kind }) => kind)).not.toContain('pairing');
    expect(await harness.isLinked(people.own)).toBe(true);
  });

  it('keeps the link of a browser that a disk without one free byte surprises', async () => {
    const people = await harness.createPeople();
    const { profileDir, fill, empty, more } = await createSmallDisk();
    // Nobody looks at the disk: what Chromium and the page make of it is all there is.
    const blind = { ...more, disk: { ...more.disk, startMb: 0, runMb: 0 } };
    const first = await connect(harness, await start(profileDir, blind), people);
    await fill(0);
    await harness.say(people.contact, people.own, 'con el disco lleno');
    await first.log.message('con el disco lleno');
    await harness.kill(profileDir);
    await first.log.state('crashed');
    await first.engine.stop();
    const second = await start(profileDir, { ...blind, deadlines: { startMs: 3000, readyMs: 3000 } });
    await harness.pause();
    await second.engine.stop();
    expect(second.log.states().map(({ kind }) => kind)).not.toContain('logged_out');
    await empty();
    const third = await start(profileDir, more);
    expect((await third.log.state('ready')).phone).toBe(people.own.phone);
    expect(third.log.states().map(({ kind }) => kind)).not.toContain('pairing');
  });
});
