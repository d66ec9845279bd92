import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlive } from '@/server/embedded/alive';
import { createEmbeddedPostgres, type EmbeddedPostgres } from '@/server/embedded/postgres';
import { createEmbeddedRedis, type EmbeddedRedis } from '@/server/embedded/redis';
import {
  command,
  connectPostgres,
  connectRedis,
  postmasterPid,
  query,
  redisPid,
  setEmbedded,
  signalGroup,
} from '@/tests/support/embedded';
import { quietLogger as logger } from '@/tests/support/quiet-logger';
import { waitUntil } from '@/tests/support/wait-until';

const { endLater, newFolder, startApp } = setEmbedded();

async function openPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const postgres = await createEmbeddedPostgres({ dataDir, logger });
  endLater(postgres.stop);
  return postgres;
}

async function openRedis(dataDir: string): Promise<EmbeddedRedis> {
  const redis = await createEmbeddedRedis({ dataDir, logger });
  endLater(redis.stop);
  return redis;
}

describe('embedded Postgres', () => {
  it('is made, serves over a private socket alone, and is found again after a stop', async () => {
    const dataDir = await newFolder();
    const first = await openPostgres(dataDir);
    await query(first.url, 'CREATE TABLE t AS SELECT 7 AS x');
    expect(await query(first.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '' }]);
    expect(await query(first.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
    expect(((await stat(join(dataDir, 'postgres'))).mode & 0o777).toString(8)).toBe('700');
    await first.stop();
    const again = await openPostgres(dataDir);
    expect(again.url).toBe(first.url);
    expect(await query(again.url, 'SELECT x FROM t')).toEqual([{ x: 7 }]);
  });

  it('refuses a second opener of the folder, and lets it in once the first has stopped', async () => {
    const dataDir = await newFolder();
    const first = await openPostgres(dataDir);
    await expect(createEmbeddedPostgres({ dataDir, logger })).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' });
    await expect(createEmbeddedPostgres({ dataDir: `${dataDir}/./`, logger })).rejects.toThrow(
      /in use by another running/,
    );
    await first.stop();
    await openPostgres(dataDir);
  });

  it('starts a killed postmaster again, and what was acknowledged is there', async () => {
    const dataDir = await newFolder();
    const { url } = await openPostgres(dataDir);
    await query(url, 'CREATE TABLE t (x int)');
    const pid = await postmasterPid(dataDir);
    let written = 0;
    const writer = await connectPostgres(url);
    const writing = (async () => {
      for (;;) {
        await writer.query('INSERT INTO t VALUES ($1)', [written + 1]);
        written++;
      }
    })().catch(() => {});
    await waitUntil('some rows', () => written > 50);
    process.kill(pid, 'SIGKILL');
    await writing;
    const [row] = await waitUntil('the database', () => query<{ n: string }>(url, 'SELECT count(*) AS n FROM t'));
    expect(Number(row?.n)).toBeGreaterThanOrEqual(written);
    expect(await postmasterPid(dataDir)).not.toBe(pid);
  });

  it('works under a path that is too long for a socket', async () => {
    const dataDir = join(await newFolder(), 'a'.repeat(60), 'b'.repeat(60));
    const { url } = await openPostgres(dataDir);
    expect(await query(url, 'SELECT 1 AS x')).toEqual([{ x: 1 }]);
    const redis = await openRedis(dataDir);
    expect(await command(redis.url, 'PING')).toBe('PONG');
  });

  it('leaves a live process alone that has the number of its dead postmaster', async () => {
    const dataDir = await newFolder();
    const first = await openPostgres(dataDir);
    const file = join(dataDir, 'postgres', 'data', 'postmaster.pid');
    const lines = (await readFile(file, 'utf8')).split('\n');
    await first.stop();
    await writeFile(file, [String(process.pid), ...lines.slice(1)].join('\n'));
    const again = await openPostgres(dataDir);
    expect(await query(again.url, 'SELECT 1 AS x')).toEqual([{ x: 1 }]);
  });

  it('says what to do with a folder of another major version', async () => {
    const dataDir = await newFolder();
    await (await openPostgres(dataDir)).stop();
    await writeFile(join(dataDir, 'postgres', 'data', 'PG_VERSION'), '17\n');
    await expect(createEmbeddedPostgres({ dataDir, logger })).rejects.toThrow(
      /written by Postgres 17.*brings Postgres 18/s,
    );
  });
});

describe('embedded Redis', () => {
  it('keeps what it was told over a stop, and serves over a private socket alone', async () => {
    const dataDir = await newFolder();
    const first = await openRedis(dataDir);
    await command(first.url, 'SET', 'x', '7');
    expect(await command(first.url, 'CONFIG', 'GET', 'port')).toEqual(['port', '0']);
    await first.stop();
    const again = await openRedis(dataDir);
    expect(again.url).toBe(first.url);
    expect(await command(again.url, 'GET', 'x')).toBe('7');
    await expect(createEmbeddedRedis({ dataDir, logger })).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' });
  });

  it('is started again when it is killed, and what was acknowledged is there', async () => {
    const dataDir = await newFolder();
    const { url } = await openRedis(dataDir);
    const pid = await redisPid(url);
    const writer = await connectRedis(url);
    let written = 0;
    const writing = (async () => {
      for (;;) written = Number(await writer.incr('n'));
    })().catch(() => {});
    await waitUntil('some writes', () => written > 500);
    process.kill(pid, 'SIGKILL');
    await writing;
    const kept = await waitUntil('redis', async () => Number(await command(url, 'GET', 'n')));
    expect(kept).toBeGreaterThanOrEqual(written);
    expect(await redisPid(url)).not.toBe(pid);
  });
});

describe('when the app is killed', () => {
  it('both stores end by themselves, and another app opens the folder with everything in it', async () => {
    const dataDir = await newFolder();
    const app = await startApp(dataDir);
    const pids = [await postmasterPid(dataDir), await redisPid(app.redis)];
    await query(app.postgres, 'CREATE TABLE t AS SELECT 7 AS x');
    await command(app.redis, 'SET', 'x', '7');
    signalGroup(app.child, 'SIGKILL');
    await waitUntil('the stores to end', () => !pids.some(isAlive));
    const [postgres, redis] = [await openPostgres(dataDir), await openRedis(dataDir)];
    expect(await query(postgres.url, 'SELECT x FROM t')).toEqual([{ x: 7 }]);
    expect(await command(redis.url, 'GET', 'x')).toBe('7');
  });

  it('stores that outlived it (their guards were killed too) are ended by the next app', async () => {
    const dataDir = await newFolder();
    const app = await startApp(dataDir);
    const pids = [await postmasterPid(dataDir), await redisPid(app.redis)];
    await query(app.postgres, 'CREATE TABLE t AS SELECT 7 AS x');
    for (const guard of await guardsOf(pids)) process.kill(guard, 'SIGKILL');
    signalGroup(app.child, 'SIGKILL');
    await waitUntil('the app to end', () => app.child.pid !== undefined && !isAlive(app.child.pid));
    expect(pids.map(isAlive)).toEqual([true, true]);
    const [postgres, redis] = [await openPostgres(dataDir), await openRedis(dataDir)];
    expect(pids.map(isAlive)).toEqual([false, false]);
    expect(await query(postgres.url, 'SELECT x FROM t')).toEqual([{ x: 7 }]);
    expect(await command(redis.url, 'PING')).toBe('PONG');
  });

  it('asked to stop, it ends both before itself', async () => {
    const dataDir = await newFolder();
    const app = await startApp(dataDir);
    const pids = [await postmasterPid(dataDir), await redisPid(app.redis)];
    const ended = new Promise((resolve) => app.child.once('exit', resolve));
    signalGroup(app.child, 'SIGTERM');
    await ended;
    expect(pids.map(isAlive)).toEqual([false, false]);
  });
});

/** The shells that wait to end these processes: they have the process id as their last word. */
async function guardsOf(pids: number[]): Promise<number[]> {
  const { execFileSync } = await import('node:child_process');
  const lines = execFileSync('ps', ['-ww', '-eo', 'pid=,command='], { encoding: 'utf8' }).split('\n');
  return lines
    .filter((line) => line.includes('read _; kill') && pids.some((pid) => line.endsWith(` ${pid}`)))
    .map((line) => Number.parseInt(line.trim(), 10));
}
