import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client as Postgres } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOmniClient } from '@/server/client';
import { isAlive } from '@/server/embedded/alive';
import { mainBrowsers, serverWith } from '@/tests/support/chaos-processes';
import { startStores, type Stores } from '@/tests/support/chaos-stores';
import { type Sandbox, startSandbox } from '@/tests/support/sandbox';
import { freePort } from '@/tests/support/free-port';
import { type Server, startServer } from '@/tests/support/server';
import { needed } from '@/tests/support/needed';
import { waitUntil } from '@/tests/support/wait-until';

/** SIGTERM at bad moments: the server ends in order, with exit code 0, and nothing that was accepted or linked is lost. */
const bakery = '+5491123456789';
const carla = '+5491134567890';
const WITHIN_MS = 20_000;
/** Sends, ten milliseconds apart: more than a server accepts before it is told to end. */
const BURST = 800;
/** Prisma's own lock for migrations (server/migrate.ts). */
const MIGRATION_LOCK = 72707369;
/** Made by the end of the first migration, when much is there that would have to be undone. */
const LAST_TABLE = 'event';

let sandbox: Sandbox;
let server: Server;
let client: ReturnType<typeof createOmniClient>;
let token: string | null = null;
const endings: (() => Promise<unknown> | unknown)[] = [];

beforeAll(async () => {
  sandbox = await startSandbox({ demo: false });
  endings.push(() => sandbox.stop());
  await sandbox.createAccount({ phone: bakery, name: 'Panadería La Espiga' });
  await sandbox.createAccount({ phone: carla, name: 'Carla' });
  await sandbox.say({ from: carla, to: bakery, text: 'Buen día' });
  server = await startServer({ sandbox });
  endings.push(() => server.discard());
  client = createOmniClient({ url: server.url, token: () => token });
  endings.push(() => client.close());
});

afterAll(async () => {
  for (const end of endings.reverse()) await end();
});

/** SIGTERM; throws unless the exit code is 0. */
async function end(which = server): Promise<void> {
  const started = Date.now();
  await which.shutDown();
  expect(Date.now() - started).toBeLessThan(WITHIN_MS);
  // what was killed by the end of a pipe is gone a moment later
  await waitUntil('nothing to be left', async () => (await which.processes()).length === 0, 10);
  expect(await which.locks()).toEqual([]);
}

/** Starts without waiting, for somebody who ends it half-way. */
function beginStart(which = server): void {
  which.start().catch(() => {});
}

async function register(): Promise<void> {
  const email = `${randomUUID()}@example.com`;
  ({ token } = await client.trpc.auth.register.mutate({ name: 'Ana', email, password: 'una-clave-larga-42' }));
}
const statusIs = (status: string) =>
  waitUntil(status, async () => (await client.trpc.whatsapp.status.query()).status === status, 40);

test('while it still loads what it imports: nothing has begun', async () => {
  const home = await mkdtemp(join(tmpdir(), 'omniwp-e2e-'));
  // says when the server listens for the signal, which is before it loads anything
  const ear = `process.on('newListener', (name) => name === 'SIGTERM' && console.log('listens'))`;
  const child = spawn(process.execPath, ['--import', `data:text/javascript,${ear}`, 'dist/server.mjs'], {
    env: { ...process.env, NODE_ENV: 'production', DATA_DIR: home, WHATSAPP_SESSION_PATH: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  expect(await readdir(home)).toEqual([]);
  await rm(home, { recursive: true });
});

test('during its first start, while the database is made: the next start finds a good one', async () => {
  await end();
  for (const wait of [0, 250, 600, 1_000, 1_700]) {
    await rm(server.dataDir, { recursive: true, force: true });
    beginStart();
    // before its modules are loaded it has begun nothing, and hears no signal
    await waitUntil('the start of its work', () => stat(join(server.dataDir, 'postgres')));
    await sleep(wait);
    await end();
  }
  await server.start();
  await register();
});

test('while it waits for its turn to migrate', async () => {
  const stores: Stores = await startStores();
  endings.push(() => stores.close());
  const other = new Postgres({ connectionString: stores.env.DATABASE_URL });
  await other.connect();
  try {
    await other.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const waiting = startServer({ sandbox, sessionPath: stores.sessionPath, port: await freePort(), env: stores.env });
    waiting.catch(() => {});
    const pid = await waitUntil('a server that waits for the lock', async () => {
      const [row] = await stores.query<{ pid: number }>(
        `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`,
      );
      return row?.pid;
    });
    expect(pid).toBeGreaterThan(0);
    const started = Date.now();
    process.kill(await waitUntil('its process', () => serverWith(stores.env.DATABASE_URL)), 'SIGTERM');
    await expect(waiting).rejects.toThrow(/ended with code 0/);
    expect(Date.now() - started).toBeLessThan(WITHIN_MS);
  } finally {
    await other.end();
  }
});

test('in the middle of a migration: what it had done is undone, and the next start migrates', async () => {
  const stores: Stores = await startStores();
  endings.push(() => stores.close());
  const options = { sandbox, sessionPath: stores.sessionPath, port: await freePort(), env: stores.env };
  const tables = () =>
    stores.query<{ tablename: string }>(`SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`);
  for (const [signal, how] of [
    ['SIGTERM', /ended with code 0/],
    // what happens where 20 s were not given
    ['SIGKILL', /ended with SIGKILL/],
  ] as const) {
    const other = new Postgres({ connectionString: stores.env.DATABASE_URL });
    await other.connect();
    try {
      // nobody can make a table of this name before it is known whether this one stays
      await other.query(`BEGIN; CREATE TABLE "${LAST_TABLE}" (id int)`);
      const migrating = startServer(options);
      migrating.catch(() => {});
      await waitUntil('a migration that waits half-way', async () => {
        const waiting = `SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted`;
        return (await stores.query(waiting)).length > 0;
      });
      const started = Date.now();
      process.kill(await waitUntil('its process', () => serverWith(stores.env.DATABASE_URL)), signal);
      await expect(migrating).rejects.toThrow(how);
      expect(Date.now() - started).toBeLessThan(WITHIN_MS);
    } finally {
      // its connection has nobody at the other end, and learns of it when it goes on
      await other.query('ROLLBACK');
      await other.end();
    }
    await waitUntil('the end of its connection', async () => {
      const locks = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = ${MIGRATION_LOCK}`;
      return (await stores.query(locks)).length === 0;
    });
    expect(await tables()).toEqual([{ tablename: '_prisma_migrations' }]);
    expect(await stores.query('SELECT 1 FROM _prisma_migrations')).toEqual([]);
  }
  const next = await startServer(options);
  endings.push(() => next.discard());
  expect((await tables()).map(({ tablename }) => tablename)).toContain(LAST_TABLE);
  await end(next);
});

test('while a session starts, and while it shows a code', async () => {
  client.trpc.whatsapp.connect.mutate().catch(() => {});
  await waitUntil('a browser', async () => (await mainBrowsers(server.sessionPath)).length > 0);
  await end();
  await server.start();
  const { qrCode } = await client.trpc.whatsapp.connect.mutate();
  expect(qrCode).toBeTruthy();
  await end();
  await server.start();
  // nobody had linked anything
  expect(await client.trpc.whatsapp.status.query()).toMatchObject({ status: 'not_connected', hasSession: false });
});

test('in the moment in which the phone says yes: the link is kept', async () => {
  const { qrCode } = await client.trpc.whatsapp.connect.mutate();
  await sandbox.scan(bakery, qrCode ?? '');
  await waitUntil('the link', async () => (await client.trpc.whatsapp.status.query()).hasSession);
  await end();
  await server.start();
  await statusIs('connected');
  expect((await sandbox.accounts()).find(({ phone }) => phone === bakery)?.devices).toHaveLength(1);
});

test('in a burst of sends: what was accepted is sent once after the restart', async () => {
  const { id: chatId } = await waitUntil('the chat', async () => (await client.trpc.chats.list.query({})).items[0]);
  const accepted: string[] = [];
  const sends = Array.from({ length: BURST }, async (_, index) => {
    await sleep(index * 10);
    const text = `ráfaga ${index + 1}.`;
    await client.trpc.chats.send.mutate({ chatId, text, clientKey: randomUUID() });
    accepted.push(text);
  });
  for (const send of sends) send.catch(() => {});
  await waitUntil('some to be accepted', () => accepted.length > 60);
  await end();
  await Promise.allSettled(sends);
  expect(accepted.length).toBeLessThan(BURST);
  await server.start();
  await statusIs('connected');
  const arrived = async () =>
    (await sandbox.messagesOf(carla, bakery)).map(({ body }) => body).filter((body) => accepted.includes(body));
  const unconfirmed = async () =>
    (await client.trpc.chats.messages.query({ chatId, limit: 100 })).items.filter(({ errorCode }) => errorCode);
  // an orderly end leaves nothing of unknown fate
  await waitUntil('all of them at the phone', async () => (await arrived()).length >= accepted.length);
  expect((await arrived()).toSorted()).toEqual(accepted.toSorted());
  expect(await unconfirmed()).toEqual([]);
});

test('a second signal ends it at once, and nothing of it stays', async () => {
  const browser = await waitUntil('a browser', async () => (await mainBrowsers(server.sessionPath))[0]);
  const pid = needed(server.pid());
  // a browser that does not answer makes an ordered end slow
  process.kill(browser, 'SIGSTOP');
  try {
    process.kill(pid, 'SIGTERM');
    await sleep(700);
    expect(isAlive(pid)).toBe(true);
    process.kill(pid, 'SIGTERM');
    await waitUntil('its end', () => !isAlive(pid), 1.5);
    await server.kill();
  } finally {
    process.kill(browser, 'SIGCONT');
  }
  await waitUntil('nothing to be left', async () => (await server.processes()).length === 0, 15);
  await server.start();
  await statusIs('connected');
});
