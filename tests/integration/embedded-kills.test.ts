import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterEach, expect, test } from 'vitest';
import { isAlive } from '@/server/embedded/alive';
import { needed } from '@/tests/support/needed';
import { waitUntil } from '@/tests/support/wait-until';

/** Kills in series, each at another moment of the writing: what was acknowledged is there, whoever was killed. */
const ROUNDS = 3;
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'omniwp-kills-'));
  // as root the database runs as another account, which must be able to pass
  await chmod(folder, 0o711);
  cleanUps.push(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

type App = { child: ChildProcess; postgres: string; redis: string };

async function startApp(dataDir: string): Promise<App> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'tests/support/embedded-app.ts', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUps.push(() => child.kill('SIGKILL'));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk) => resolve(String(chunk)));
    child.once('exit', (code) => reject(new Error(`the app ended with ${code}`)));
  });
  return { child, ...(JSON.parse(line) as { postgres: string; redis: string }) };
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

const openRedis = (url: string) => {
  const redis = new Redis({ path: url.slice('unix://'.length), retryStrategy: () => null, lazyConnect: true });
  redis.on('error', () => {});
  return redis;
};

/** Four writers on each store, one row or one increment after the other, until their connection is cut. */
async function write({ postgres, redis }: App) {
  const acknowledged = { rows: 0, increments: 0 };
  const clients = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const client = new Client({ connectionString: postgres });
      client.on('error', () => {});
      await client.connect();
      return client;
    }),
  );
  const counters = Array.from({ length: 4 }, () => openRedis(redis));
  await Promise.all(counters.map((counter) => counter.connect()));
  const rows = clients.map(async (client) => {
    for (;;) {
      await client.query('INSERT INTO written DEFAULT VALUES');
      acknowledged.rows += 1;
    }
  });
  const increments = counters.map(async (counter) => {
    for (;;) {
      await counter.incr('written');
      acknowledged.increments += 1;
      await sleep(1);
    }
  });
  for (const writer of [...rows, ...increments]) writer.catch(() => {});
  return {
    acknowledged,
    /** After the kill: those whose connection still stands are ended. */
    async stop(): Promise<void> {
      await Promise.allSettled(clients.map((client) => client.end()));
      for (const counter of counters) counter.disconnect();
      await Promise.allSettled([...rows, ...increments]);
    },
  };
}

async function counts({ postgres, redis }: App) {
  const [row] = await waitUntil('the database', () =>
    query<{ n: string }>(postgres, 'SELECT count(*) AS n FROM written'),
  );
  const increments = await waitUntil('redis', async () => {
    const client = openRedis(redis);
    try {
      await client.connect();
      return { value: Number(await client.get('written')) };
    } finally {
      client.disconnect();
    }
  });
  return { rows: Number(row?.n), increments: increments.value };
}

const postmasterOf = async (dataDir: string) =>
  Number((await readFile(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);

async function redisPidOf({ redis }: App): Promise<number> {
  const client = openRedis(redis);
  try {
    await client.connect();
    return Number(/process_id:(\d+)/.exec(await client.info('server'))?.[1]);
  } finally {
    client.disconnect();
  }
}

/** What each series kills; the app is started again, the stores come back by themselves. */
const VICTIMS = {
  'the app': async (app: App) => needed(app.child.pid),
  'the postmaster': (_app: App, dataDir: string) => postmasterOf(dataDir),
  redis: (app: App) => redisPidOf(app),
};

for (const [name, victim] of Object.entries(VICTIMS)) {
  test(`${name} is killed ${ROUNDS} times while others write: every acknowledged write is there`, async () => {
    const dataDir = await newFolder();
    let app = await startApp(dataDir);
    await query(app.postgres, 'CREATE TABLE written (id bigint GENERATED ALWAYS AS IDENTITY)');
    const total = { rows: 0, increments: 0 };
    for (let round = 1; round <= ROUNDS; round++) {
      const writing = await write(app);
      await waitUntil('writes', () => writing.acknowledged.rows > 20 && writing.acknowledged.increments > 20);
      await sleep(37 * round);
      const pid = await victim(app, dataDir);
      process.kill(pid, 'SIGKILL');
      await waitUntil('its end', () => !isAlive(pid));
      await writing.stop();
      if (pid === app.child.pid) app = await startApp(dataDir);
      total.rows += writing.acknowledged.rows;
      total.increments += writing.acknowledged.increments;
      const found = await counts(app);
      expect(found.rows).toBeGreaterThanOrEqual(total.rows);
      expect(found.increments).toBeGreaterThanOrEqual(total.increments);
      // what was on its way and never acknowledged may be there too: one of each writer
      expect(found.rows).toBeLessThanOrEqual(total.rows + 4 * round);
      expect(found.increments).toBeLessThanOrEqual(total.increments + 4 * round);
    }
    const ended = new Promise((resolve) => app.child.once('exit', resolve));
    app.child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
}
