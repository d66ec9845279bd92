import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Client } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { findRedis } from '@/scripts/find/redis.mjs';
import { createEmbeddedPostgres } from '@/server/embedded/postgres';
import { createEmbeddedRedis } from '@/server/embedded/redis';
import { quietLogger as logger } from '@/tests/support/quiet-logger';

/** Servers that are killed while they start for the first time over a folder: they are started again, and in the end it is said. */
const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'omniwp-first-'));
  // as root the database runs as another account, which must be able to pass
  await chmod(folder, 0o711);
  cleanUps.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Our own children: a hunt through all processes of the machine comes too late. */
async function children(): Promise<{ pid: number; command: string[] }[]> {
  const pids = (await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')).trim().split(' ');
  const commands = pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
  return (await Promise.all(commands)).map((text, index) => ({ pid: Number(pids[index]), command: text.split('\0') }));
}

/** Kills the first `times` processes over `folder` whose command is `program`, each as soon as it is there. */
function killEach(program: string, folder: string, times: number) {
  const killed = new Set<number>();
  let over = false;
  const hunting = (async () => {
    for (; !over && killed.size < times; await setImmediate()) {
      for (const { pid, command } of await children()) {
        const [path = ''] = command;
        if (!path.endsWith(`/${program}`) || !command.join(' ').includes(folder)) continue;
        if (killed.has(pid) || killed.size >= times) continue;
        killed.add(pid);
        process.kill(pid, 'SIGKILL');
      }
    }
  })();
  return {
    async end(): Promise<number> {
      over = true;
      await hunting;
      return killed.size;
    },
  };
}

describe('Postgres', () => {
  async function expectAnswer(url: string): Promise<void> {
    const client = new Client({ connectionString: url });
    await client.connect();
    expect((await client.query('SELECT 1 AS x')).rows).toEqual([{ x: 1 }]);
    await client.end();
  }

  it('is made and started all the same when its initdb is killed, and then its postmaster', async () => {
    const dataDir = await newFolder();
    const hunts = [killEach('initdb', dataDir, 2), killEach('postgres', join(dataDir, 'postgres', 'data'), 3)];
    const { url, stop } = await createEmbeddedPostgres({ dataDir, logger });
    cleanUps.push(stop);
    expect(await Promise.all(hunts.map((hunt) => hunt.end()))).toEqual([2, 3]);
    await expectAnswer(url);
    expect((await readdir(join(dataDir, 'postgres'))).filter((name) => name.startsWith('init-'))).toEqual([]);
  });

  it('starts where one was killed over its lock file, which is empty then', async () => {
    const dataDir = await newFolder();
    const before = await createEmbeddedPostgres({ dataDir, logger });
    await before.stop();
    await writeFile(join(dataDir, 'postgres', 'data', 'postmaster.pid'), '');
    const { url, stop } = await createEmbeddedPostgres({ dataDir, logger });
    cleanUps.push(stop);
    await expectAnswer(url);
  });

  it('that is killed each time ends with words, and frees the folder for the next try', async () => {
    const dataDir = await newFolder();
    const hunt = killEach('postgres', join(dataDir, 'postgres', 'data'), 100);
    await expect(createEmbeddedPostgres({ dataDir, logger })).rejects.toThrow(
      // the second where a kill comes late, on a machine that has much to do
      /(postgres was started 5 times and ended each time\. Postgres does not start \(SIGKILL\)|Postgres does not stay up)\. Its log, /,
    );
    await hunt.end();
    const { url, stop } = await createEmbeddedPostgres({ dataDir, logger });
    cleanUps.push(stop);
    await expectAnswer(url);
  });

  it('whose initdb is killed each time ends with words', async () => {
    const dataDir = await newFolder();
    const hunt = killEach('initdb', dataDir, 100);
    await expect(createEmbeddedPostgres({ dataDir, logger })).rejects.toThrow(/initdb was killed 3 times/);
    await hunt.end();
  });
});

describe('Redis', () => {
  /** A redis-server that is up too soon for a hunt: the first `times` starts of this one are killed in the moment in which they begin. */
  async function killRedis(times: number): Promise<() => Promise<number>> {
    const folder = await newFolder();
    const { path } = await findRedis();
    const killed = join(folder, 'killed');
    const script = `#!/bin/sh
case "$1" in --version) exec ${path} "$@" ;; esac
[ "$(cat ${killed} 2>/dev/null | wc -l)" -ge ${times} ] && exec ${path} "$@"
echo $$ >> ${killed}
kill -KILL $$
`;
    await writeFile(join(folder, 'redis-server'), script, { mode: 0o755 });
    const before = process.env.PATH;
    process.env.PATH = `${folder}:${before}`;
    cleanUps.push(async () => {
      process.env.PATH = before;
    });
    return async () => (await readFile(killed, 'utf8')).trim().split('\n').length;
  }

  it('is started again when it is killed while it starts', async () => {
    const count = await killRedis(3);
    cleanUps.push((await createEmbeddedRedis({ dataDir: await newFolder(), logger })).stop);
    expect(await count()).toBe(3);
  });

  it('that is killed each time ends with words, and frees the folder for the next try', async () => {
    const dataDir = await newFolder();
    const count = await killRedis(5);
    await expect(createEmbeddedRedis({ dataDir, logger })).rejects.toThrow(
      /redis was started 5 times and ended each time\. Redis does not start \(SIGKILL\)\. Its log, /,
    );
    expect(await count()).toBe(5);
    cleanUps.push((await createEmbeddedRedis({ dataDir, logger })).stop);
  });
});
