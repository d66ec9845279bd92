import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { isAlive } from '@/server/embedded/alive';
import { createEmbeddedPostgres, type EmbeddedPostgres } from '@/server/embedded/postgres';
import { createEmbeddedRedis, type EmbeddedRedis } from '@/server/embedded/redis';
import { quietLogger as logger } from '@/tests/support/quiet-logger';
import { waitUntil } from '@/tests/support/wait-until';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'omniwp-embedded-'));
  await chmod(folder, 0o711);
  cleanUps.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

async function openPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const postgres = await createEmbeddedPostgres({ dataDir, logger });
  cleanUps.push(postgres.stop);
  return postgres;
}

async function openRedis(dataDir: string): Promise<EmbeddedRedis> {
  const redis = await createEmbeddedRedis({ dataDir, logger });
  cleanUps.push(redis.stop);
  return redis;
}

async function query<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function command(url: string, ...words: [string, ...string[]]): Promise<unknown> {
  const redis = new Redis({ path: url.slice('unix://'.length), lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return await redis.call(...words);
  } finally {
    redis.disconnect();
  }
}

const postmasterPid = async (dataDir: string) =>
  Number((await readFile(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);
const redisPid = async (url: string) =>
  Number(/process_id:(\d+)/.exec(String(await command(url, 'INFO', 'server')))?.[1]);

/** A process with both stores open over a folder; killed after the test unless the test did. */
async function startApp(dataDir: string): Promise<{ child: ChildProcess; postgres: string; redis: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'tests/support/embedded-app.ts', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  cleanUps.push(async () => killTree(child));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (chunk) => resolve(String(chunk)));
    child.once('exit', (code) => reject(new Error(`the app ended with ${code}`)));
  });
  return { child, ...(JSON.parse(line) as { postgres: string; redis: string }) };
}

/** Kills the app's own group: its stores are in sessions of their own and must notice by themselves. */
function killTree(child: ChildProcess): void {
  try {
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // it had ended already
  }
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
    const writer = new Client({ connectionString: url });
    writer.on('error', () => {});
    await writer.connect();
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
    const writer = new Redis({ path: url.slice('unix://'.length), retryStrategy: () => null });
    writer.on('error', () => {});
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
    killTree(app.child);
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
    killTree(app.child);
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
    if (app.child.pid) process.kill(-app.child.pid, 'SIGTERM');
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
