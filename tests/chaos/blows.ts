import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMain, listProcesses, type ProcessRow, profileOf } from '@/server/whatsapp/browser-processes';
import type { Diary } from './diary';
import type { Blow } from './plan';
import type { World } from './world';

/** Deals the plan's blows at their moments; what was killed and does not come back by itself is started again after its pause. */
export function createBlows(world: World, diary: Diary) {
  const { sandbox, server, businesses } = world;
  const dealt = new Map<string, number>();
  const comingBack = new Set<Promise<void>>();
  let serverAway = false;
  let sandboxAway = false;

  const row = async (matches: (row: ProcessRow) => boolean) => (await listProcesses()).find(matches);
  const browserOf = (session: number) => (candidate: ProcessRow) =>
    profileOf(candidate)?.startsWith(join(server.sessionPath, businesses[session]?.ownerId ?? '-')) ?? false;

  async function postmaster(): Promise<number | undefined> {
    const text = await readFile(join(server.dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8').catch(() => '');
    const pid = Number(text.split('\n')[0]);
    // the file outlives a killed postmaster
    return (await row((found) => found.pid === pid && found.command.join(' ').includes(server.dataDir)))?.pid;
  }

  /** False: there was nothing to kill. */
  function kill(pid: number | undefined): boolean {
    if (!pid) return false;
    try {
      return process.kill(pid, 'SIGKILL');
    } catch {
      return false;
    }
  }

  function later(pause: number, work: () => Promise<void>): void {
    const coming = (async () => {
      await sleep(pause);
      await work();
    })().catch((error) => diary.note(`  ${error instanceof Error ? error.message.split('\n')[0] : error}`));
    comingBack.add(coming);
    void coming.finally(() => comingBack.delete(coming));
  }

  async function endServer(pause: number, end: () => Promise<unknown>): Promise<boolean> {
    if (serverAway) return false;
    serverAway = true;
    await end();
    later(pause, async () => {
      serverAway = false;
      // it can be killed while it starts: then this rejects, and the next blow's start follows
      await server.start();
    });
    return true;
  }

  async function endSandbox(pause: number): Promise<boolean> {
    if (sandboxAway) return false;
    sandboxAway = true;
    await sandbox.kill();
    later(pause, async () => {
      await sandbox.restart();
      sandboxAway = false;
    });
    return true;
  }

  async function deal(blow: Blow): Promise<boolean> {
    switch (blow.what) {
      case 'server':
        return endServer(blow.pause, server.kill);
      case 'server in order':
        return endServer(blow.pause, server.shutDown);
      case 'sandbox':
        return endSandbox(blow.pause);
      case 'postgres':
        return kill(await postmaster());
      case 'redis':
        return kill((await row(({ command }) => isRedisOf(command, server.dataDir)))?.pid);
      case 'browser':
        return kill((await row((found) => browserOf(blow.session)(found) && isMain(found)))?.pid);
      case 'page': {
        // a renderer names no profile: it is known by its browser's group
        const main = await row((found) => browserOf(blow.session)(found) && isMain(found));
        const ofPage = (found: ProcessRow) => found.group === main?.group && found.command.includes('--type=renderer');
        return main !== undefined && kill((await row(ofPage))?.pid);
      }
      case 'connection': {
        const phone = businesses[blow.session]?.phone ?? '';
        return sandbox.dropConnections(phone).then(
          ({ dropped }) => dropped > 0,
          () => false,
        );
      }
      default:
        return blow satisfies never;
    }
  }

  return {
    dealt: (): ReadonlyMap<string, number> => dealt,
    async run(blows: readonly Blow[], end: AbortSignal): Promise<void> {
      const started = Date.now();
      for (const blow of blows) {
        await sleep(Math.max(0, started + blow.at - Date.now()), undefined, { signal: end });
        const hit = await deal(blow);
        const whose = 'session' in blow ? ` of ${businesses[blow.session]?.name}` : '';
        diary.note(
          `${blow.what}${whose}${'pause' in blow ? `, away ${blow.pause} ms` : ''}${hit ? '' : ': not there'}`,
        );
        if (hit) dealt.set(blow.what, (dealt.get(blow.what) ?? 0) + 1);
      }
      while (comingBack.size > 0) await Promise.all(comingBack);
    },
  };
}

const isRedisOf = (command: string[], dataDir: string) =>
  /redis-server|valkey-server/.test(command[0] ?? '') && command.join(' ').includes(dataDir);
