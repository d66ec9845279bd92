import { type ChildProcess, spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { isMain, listProcesses, type ProcessRow, profileOf, signalGroup } from '@/server/whatsapp/browser-processes';
import { reapOrphans } from '@/server/whatsapp/browser-reap';
import type { OwnerOptions } from '@/tests/support/engine-owner';
import { createSandboxHarness } from './sandbox-harness';
import { type Subject, connect, startSubject } from './subject';
import { type People, sleep } from './harness';

/** OMNIWP_KILLS=200 for the long run, OMNIWP_SEED to repeat one. */
const kills = Number(process.env.OMNIWP_KILLS ?? 14);
const seed = Number(process.env.OMNIWP_SEED ?? Date.now() % 1_000_000);
const lanes = 2;

/** mulberry32: small, seeded, good enough to pick moments. */
function createRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const victims = ['browser', 'renderer', 'group', 'owner'] as const;
type Victim = (typeof victims)[number];
const project = resolve(import.meta.dirname, '../..');

it(
  `leaves no process, no lock and a usable link after ${kills} kills at random moments`,
  async () => {
    const harness = await createSandboxHarness('today');
    const seen = new Set<number>();
    const children = new Set<ChildProcess>();
    const profiles: string[] = [];
    const people: People[] = [];
    const counts = { browser: 0, renderer: 0, group: 0, owner: 0, early: 0, spared: 0, slowestMs: 0 };

    /** Every process of our profiles, those too that do not name them any more. */
    async function processesLeft(root: string): Promise<ProcessRow[]> {
      const rows = await listProcesses();
      for (const row of rows) if (profileOf(row)?.startsWith(root)) seen.add(row.group);
      return rows.filter((row) => seen.has(row.group));
    }

    /** Kills one part of what runs on a profile; false: there is nothing yet. */
    async function kill(profileDir: string, victim: Exclude<Victim, 'owner'>): Promise<boolean> {
      const rows = await processesLeft(profileDir);
      const main = rows.find((row) => isMain(row) && profileOf(row) === profileDir);
      if (!main) return false;
      if (victim === 'group') {
        signalGroup(main.group, 'SIGKILL');
        return true;
      }
      // The page may have left one renderer for another, and the old one lives on for a while.
      const renderers = rows.filter((row) => row.group === main.group && row.command.includes('--type=renderer'));
      const targets = victim === 'renderer' ? renderers : [main];
      for (const { pid } of targets) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It ended in this moment.
        }
      }
      return targets.length > 0;
    }

    async function killForSure(profileDir: string, victim: Exclude<Victim, 'owner'>): Promise<void> {
      let killed = false;
      for (let tries = 0; !killed && tries < 200; tries += 1) {
        killed = await kill(profileDir, victim);
        if (!killed) await sleep(20);
      }
      expect(killed).toBe(true);
    }

    async function killEngine(profileDir: string, victim: Exclude<Victim, 'owner'>, afterMs: number): Promise<void> {
      const { engine, log } = await startSubject(harness, profileDir);
      await sleep(afterMs);
      const wasReady = () => log.states().some(({ kind }) => kind === 'ready');
      if (!wasReady()) counts.early += 1;
      await killForSure(profileDir, victim);
      const began = Date.now();
      const crashed = log.state('crashed', undefined, 60_000);
      crashed.catch(() => undefined);
      const spared = async (): Promise<null> => {
        await log.state('ready', undefined, 60_000);
        await sleep(3000);
        return null;
      };
      const lived = (await Promise.race([crashed, spared()])) === null;
      if (lived) {
        // It was a renderer that the page had left, or an orphan of the owner before: ours lives, and is killed now.
        await engine.resolve(people[profiles.indexOf(profileDir)]?.contact.phone ?? '');
        counts.spared += 1;
        await killForSure(profileDir, 'browser');
      }
      const { reason } = await crashed;
      if (!lived) counts.slowestMs = Math.max(counts.slowestMs, Date.now() - began);
      expect(['BROWSER_DIED', 'PAGE_DIED']).toContain(reason.code);
      expect(log.states().map(({ kind }) => kind)).not.toContain('pairing');
      await engine.stop();
      expect(await harness.processesOn(profileDir)).toBe(0);
    }

    async function killOwner(profileDir: string, afterMs: number): Promise<void> {
      const options: OwnerOptions = { deps: harness.deps, profileDir };
      const args = ['--import', 'tsx', 'tests/support/engine-owner.ts', JSON.stringify(options)];
      const child = spawn(process.execPath, args, { cwd: project, stdio: ['pipe', 'pipe', 'inherit'] });
      children.add(child);
      const said: string[] = [];
      const begun = new Promise<void>((done) => {
        createInterface({ input: child.stdout }).on('line', (line) => {
          said.push(line);
          done();
        });
      });
      await begun;
      await sleep(afterMs);
      await processesLeft(profileDir);
      if (!said.some((line) => line.includes('"ready"'))) counts.early += 1;
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGKILL');
      await ended;
      expect(said.join('\n')).not.toContain('"pairing"');
    }

    async function lane(number: number, profileDir: string): Promise<void> {
      const random = createRandom(seed + number);
      for (let i = number; i < kills; i += lanes) {
        // Each kind of victim in turn, so that a short run has them all; the moment is chance.
        const victim = victims[Math.floor(i / lanes) % victims.length] ?? 'browser';
        const afterMs = random() ** 2 * 2500;
        counts[victim] += 1;
        if (victim === 'owner') await killOwner(profileDir, afterMs);
        else await killEngine(profileDir, victim, afterMs);
      }
    }

    const subjects: Subject[] = [];
    try {
      for (let i = 0; i < lanes; i += 1) {
        people.push(await harness.createPeople());
        const subject = await connect(
          harness,
          await startSubject(harness),
          people[i] ?? (await harness.createPeople()),
        );
        profiles.push(subject.profileDir);
        await subject.engine.stop();
      }
      await Promise.all(profiles.map((profileDir, number) => lane(number, profileDir)));

      // As a server does at its start.
      const root = dirname(dirname(profiles[0] ?? ''));
      await reapOrphans(root);
      await harness.until(async () => (await processesLeft(root)).length === 0);
      const locks = async () =>
        (await readdir(root, { recursive: true })).filter((name) => basename(name).startsWith('Singleton'));
      expect(await locks()).toEqual([]);

      for (const [number, profileDir] of profiles.entries()) {
        const subject = await startSubject(harness, profileDir);
        subjects.push(subject);
        expect((await subject.log.state('ready')).phone).toBe(people[number]?.own.phone);
        expect(subject.log.states().map(({ kind }) => kind)).not.toContain('pairing');
        const { contact } = people[number] ?? (await harness.createPeople());
        const chat = await subject.engine.resolve(contact.phone);
        if (chat) await subject.engine.send(chat.chatId, { kind: 'text', text: 'sigo aquí' });
        await subject.engine.stop();
      }
      expect(await processesLeft(root)).toEqual([]);
      expect(await locks()).toEqual([]);
      console.info(`${kills} kills, seed ${seed}: ${JSON.stringify(counts)}`);
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    } finally {
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(subjects.map(({ engine }) => engine.stop()));
      await harness.close();
    }
  },
  60_000 + kills * 10_000,
);
