import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createOmniClient } from '@/server/client';
import { runToItsEnd } from '@/tests/support/chaos-run';
import { postmasterPid, setEmbedded } from '@/tests/support/embedded';
import { type Server, startServer } from '@/tests/support/server';
import { waitUntil } from '@/tests/support/wait-until';

/** The embedded database and Redis under a whole server: what a person is told, and what heals by itself. */
const { endLater, newFolder } = setEmbedded();

async function start(options: Parameters<typeof startServer>[0]): Promise<Server> {
  const server = await startServer(options);
  endLater(() => server.discard());
  return server;
}

const register = (server: Server, email: string) => {
  const client = createOmniClient({ url: server.url });
  return client.trpc.auth.register
    .mutate({ name: 'Ana', email, password: 'una-clave-larga-42' })
    .finally(() => client.close());
};
const login = (server: Server, email: string) => {
  const client = createOmniClient({ url: server.url });
  return client.trpc.auth.login.mutate({ email, password: 'una-clave-larga-42' }).finally(() => client.close());
};
const newEmail = () => `${randomUUID()}@example.com`;

test('a second copy on the same data folder is refused in words, and the first one does not notice', async () => {
  const dataDir = await newFolder();
  const first = await start({ dataDir });
  const pid = await postmasterPid(dataDir);
  const { code, said } = await runToItsEnd({ DATA_DIR: dataDir, WHATSAPP_SESSION_PATH: first.sessionPath });
  expect(code).toBe(1);
  expect(said).toMatch(/OmniWP could not start: .* is in use by another running OmniWP\. Stop that one first/);
  expect(await postmasterPid(dataDir)).toBe(pid);
  const email = newEmail();
  await register(first, email);
  expect(await login(first, email)).toMatchObject({ user: { email } });
});

test('a data folder of an older Postgres is refused in words that say what to do, and nothing in it changes', async () => {
  const dataDir = await newFolder();
  const first = await start({ dataDir });
  const email = newEmail();
  await register(first, email);
  await first.shutDown();
  const file = join(dataDir, 'postgres', 'data', 'PG_VERSION');
  const current = await readFile(file, 'utf8');
  await writeFile(file, '15\n');
  const { code, said } = await runToItsEnd({ DATA_DIR: dataDir, WHATSAPP_SESSION_PATH: first.sessionPath });
  expect(code).toBe(1);
  expect(said).toMatch(/was written by Postgres 15, and this OmniWP brings Postgres \d+/);
  expect(said).toMatch(/Go back to the OmniWP version that wrote it/);
  await writeFile(file, current);
  await first.start();
  expect(await login(first, email)).toMatchObject({ user: { email } });
});

/** A disk of its own, so that filling it harms nobody: only root may have one. */
async function newDisk(megabytes: number): Promise<string> {
  const disk = join(await newFolder(), 'disk');
  await mkdir(disk, { mode: 0o711 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0711`, 'tmpfs', disk]);
  endLater(() => execFileSync('umount', ['-l', disk]));
  return disk;
}

const fill = async (disk: string): Promise<() => Promise<void>> => {
  const file = join(disk, 'filling');
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${file}`, 'bs=64k'], { stdio: 'ignore' });
  } catch {
    // dd ends with an error when the disk is full, which is what is wanted
  }
  return () => rm(file, { force: true });
};

test.runIf(process.getuid?.() === 0)('a start on a full disk ends with a message that says so', async () => {
  const disk = await newDisk(40);
  const free = await fill(disk);
  const dataDir = join(disk, 'data');
  const sessionPath = join(await newFolder(), 'sessions');
  const { code, said } = await runToItsEnd({ DATA_DIR: dataDir, WHATSAPP_SESSION_PATH: sessionPath }, 60);
  expect(code).toBe(1);
  expect(said).toMatch(/OmniWP could not start: [^]*(No space left|ENOSPC)/);
  await free();
});

test.runIf(process.getuid?.() === 0)(
  'a disk that runs full under a running server: writes are refused in words, and with room again all is there',
  async () => {
    const disk = await newDisk(160);
    const server = await start({ dataDir: join(disk, 'data') });
    const written: string[] = [];
    const writeOne = async () => {
      const email = newEmail();
      await register(server, email);
      written.push(email);
    };
    await writeOne();
    const free = await fill(disk);
    // the log of the database fills the segment that it has, then there is no room for the next
    const refusal = await waitUntil(
      'a refused write',
      async () => {
        try {
          for (let index = 0; index < 20; index++) await writeOne();
          return null;
        } catch (error) {
          return error as { data?: { app?: { code?: string } } };
        }
      },
      60,
    );
    expect(refusal.data?.app?.code).toBe('DATABASE_UNAVAILABLE');
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    await free();
    await waitUntil('a write', () => writeOne().then(() => true), 40);
    for (const email of written) expect(await login(server, email)).toMatchObject({ user: { email } });
  },
);
