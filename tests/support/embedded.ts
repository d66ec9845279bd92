import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterEach } from 'vitest';

/** A process that has both embedded stores open; `postgres` and `redis` are their addresses. */
export type EmbeddedApp = { child: ChildProcess; postgres: string; redis: string };

/** Folders and apps of the embedded stores, each ended after the test that made it, the newest first. */
export function setEmbedded() {
  const endings: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });
  return {
    endLater: (end: () => unknown): void => void endings.push(end),

    async newFolder(): Promise<string> {
      const folder = await mkdtemp(join(tmpdir(), 'omniwp-embedded-'));
      // as root the database runs as another account, which must be able to pass
      await chmod(folder, 0o711);
      endings.push(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
      return folder;
    },

    /** A group of its own: its stores are in sessions of their own and must notice its end by themselves. */
    async startApp(dataDir: string): Promise<EmbeddedApp> {
      const child = spawn(process.execPath, ['--import', 'tsx', 'tests/support/embedded-app.ts', dataDir], {
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      });
      endings.push(() => signalGroup(child, 'SIGKILL'));
      const line = await new Promise<string>((resolve, reject) => {
        child.stdout.once('data', (chunk) => resolve(String(chunk)));
        child.once('exit', (code) => reject(new Error(`the app ended with ${code}`)));
      });
      return { child, ...(JSON.parse(line) as { postgres: string; redis: string }) };
    },
  };
}

export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid) process.kill(-child.pid, signal);
  } catch {
    // it had ended already
  }
}

/** A connection that may be cut at any moment. */
export async function connectPostgres(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** One that is not tried again when it is cut. */
export async function connectRedis(url: string): Promise<Redis> {
  const redis = new Redis({ path: url.slice('unix://'.length), retryStrategy: () => null, lazyConnect: true });
  redis.on('error', () => {});
  await redis.connect();
  return redis;
}

export async function query<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = await connectPostgres(url);
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

export async function command(url: string, ...words: [string, ...string[]]): Promise<unknown> {
  const redis = await connectRedis(url);
  try {
    return await redis.call(...words);
  } finally {
    redis.disconnect();
  }
}

export const postmasterPid = async (dataDir: string): Promise<number> =>
  Number((await readFile(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);

export const redisPid = async (url: string): Promise<number> =>
  Number(/process_id:(\d+)/.exec(String(await command(url, 'INFO', 'server')))?.[1]);
