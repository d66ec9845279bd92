import { execFile, spawn } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callRest } from '@/tests/support/rest';
import { type Sandbox, startSandbox } from '@/tests/support/sandbox';
import { type Server, startServer } from '@/tests/support/server';
import { waitUntil } from '@/tests/support/wait-until';

/** The package that `npm pack` makes, in a folder with nothing else: its types, and the example of docs/ on it. */

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
const OWN = '+5491123456789';
const CARLA = '+5491134567890';
const ANA = { name: 'Ana', email: 'ana@example.com', password: 'una-clave-larga-42' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'omniwp-consumer-'));
  const archive = await pack();
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module', private: true }));
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${archive}`], { cwd: folder });
  await copyFile(join(folder, 'node_modules/omniwp/docs/echo.mjs'), join(folder, 'echo.mjs'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** In a copy: packing replaces package.json for a moment, and other tests run its scripts meanwhile. */
async function pack(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'omniwp-pack-'));
  const left = new Set(['node_modules', '.git', '.next', '.cache', '.data', 'sessions']);
  await cp(ROOT, copy, { recursive: true, filter: (path) => !left.has(relative(ROOT, path)) });
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  await mkdir(join(copy, '.cache'));
  await copyFile(join(ROOT, '.cache', 'built.json'), join(copy, '.cache', 'built.json'));
  const before = await readFile(join(copy, 'package.json'), 'utf8');
  await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: copy });
  expect(await readFile(join(copy, 'package.json'), 'utf8')).toBe(before);
  await rm(copy, { recursive: true });
  const [archive = ''] = await readdir(folder);
  return archive;
}

test('brings nothing else, and no source', async () => {
  expect((await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual(['omniwp']);
  const files = await readdir(join(folder, 'node_modules', 'omniwp'), { recursive: true });
  expect(files.filter((name) => /\./.test(name)).toSorted()).toEqual([
    'README.md',
    'dist/client.d.ts',
    'dist/client.js',
    'docs/client.md',
    'docs/echo.mjs',
    'package.json',
  ]);
});

const USES = `
import { type AppRouter, createOmniClient, type OmniClient, refusalOf } from 'omniwp/client';

const client: OmniClient = createOmniClient({ url: 'http://localhost:3000', token: () => null, locale: 'en' });
const { trpc } = client;
const sent: { status: 'sent' | 'queued'; messageId: string } = await trpc.whatsapp.send.mutate({ clientNumber: '1', text: 'a' });
// @ts-expect-error -- no such field
await trpc.whatsapp.send.mutate({ clientNumber: '1', txt: 'a' });
// @ts-expect-error -- a query does not mutate
await trpc.whatsapp.status.mutate();
// @ts-expect-error -- no such procedure
await trpc.whatsapp.explode.mutate();
const made: Date = (await trpc.auth.me.query()).createdAt;
// @ts-expect-error -- it is a string
const name: number = (await trpc.auth.me.query()).name;
await trpc.whatsapp.connect.mutate();
const { items, total } = await trpc.clients.list.query({ limit: 3 });
const phone: string | null | undefined = items[0]?.phone;
const stop = trpc.events.follow.subscribe(
  { lastEventId: '1' },
  {
    onData: ({ id, data }) => {
      const last: string = id;
      if (data.body.type === 'message.received') console.log(data.body.message.text.length, last);
      // @ts-expect-error -- no such event
      if (data.body.type === 'message.exploded') return;
    },
  },
);
stop.unsubscribe();
const code: 'RATE_LIMITED' | undefined = refusalOf(null)?.code === 'RATE_LIMITED' ? 'RATE_LIMITED' : undefined;
// @ts-expect-error -- no such code
if (refusalOf(null)?.code === 'EXPLODED') await client.close();
export type Procedures = keyof AppRouter;
export { code, made, name, phone, sent, total };
`;

/** Under strict settings, also in the declarations, and whatever else there is to know of the world: nothing, a browser's page. */
test.each([[['es2022']], [['es2023', 'dom']]])('has types that need nothing but itself: %s', async (lib) => {
  await writeFile(join(folder, 'uses.ts'), USES);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    module: 'nodenext',
    target: 'es2022',
    lib,
    types: [],
    noEmit: true,
    allowJs: true,
    skipLibCheck: false,
  };
  // what programs ask of Node or of the page
  const world = [
    "declare module 'node:process' { const it: { env: Record<string, string | undefined>; argv: string[] }; export default it; }",
    ...(lib.includes('dom') ? [] : ['declare const console: Record<"log" | "error", (...said: unknown[]) => void>;']),
  ];
  await writeFile(join(folder, 'world.d.ts'), world.join('\n'));
  const files = ['uses.ts', 'world.d.ts', 'echo.mjs'];
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', folder]).catch((error) => ({
    stdout: String(error.stdout),
  }));
  expect(stdout).toBe('');
});

describe('the example', () => {
  let sandbox: Sandbox;
  let server: Server;
  beforeAll(async () => {
    sandbox = await startSandbox({ demo: false });
    await sandbox.createAccount({ phone: OWN, name: 'Panadería' });
    await sandbox.createAccount({ phone: CARLA, name: 'Carla' });
    server = await startServer({ sandbox });
    await callRest(server.url, 'POST /auth/register', { body: ANA });
  });
  afterAll(async () => {
    await server?.discard();
    await sandbox?.stop();
  });

  test('links a number, answers, and goes on after the server was away', async () => {
    const example = await readFile(join(folder, 'echo.mjs'), 'utf8');
    expect(example.trimEnd().split('\n').length).toBeLessThan(40);
    const program = spawn(process.execPath, ['echo.mjs', OWN], {
      cwd: folder,
      env: { ...process.env, OMNIWP_URL: server.url, OMNIWP_EMAIL: ANA.email, OMNIWP_PASSWORD: ANA.password },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [program.stdout, program.stderr]) stream.on('data', (data) => (said += String(data)));
    const heard = async () =>
      (await sandbox.messagesOf(CARLA, OWN)).filter(({ fromMe }) => !fromMe).map(({ body }) => body);
    try {
      const code = await waitUntil('the code', async () => /qr_ready (\w{8})/.exec(said)?.[1]);
      await sandbox.linkByCode(OWN, code);
      await waitUntil('the link', async () => said.includes('\nconnected'));
      await sandbox.say({ from: CARLA, to: OWN, text: 'hola' });
      await waitUntil('the echo', async () => (await heard()).includes('hola'));

      await server.shutDown();
      await sandbox.say({ from: CARLA, to: OWN, text: 'mientras no estabas' });
      await server.start();
      await waitUntil('what was missed', async () => (await heard()).includes('mientras no estabas'), 60);
      await sandbox.say({ from: CARLA, to: OWN, text: 'otra vez' });
      await waitUntil('the echo', async () => (await heard()).includes('otra vez'));
      expect(await heard()).toEqual(['hola', 'mientras no estabas', 'otra vez']);
      expect(program.exitCode, said).toBeNull();
    } catch (error) {
      throw new Error(`The program said:\n${said}`, { cause: error });
    } finally {
      program.kill('SIGKILL');
    }
  });
});
