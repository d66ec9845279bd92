import { spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOmniClient } from '@/server/client';
import { type Sandbox, startSandbox } from '@/tests/support/sandbox';
import { type Server, startServer } from '@/tests/support/server';
import { waitUntil } from '@/tests/support/wait-until';

const OWN = '+5491123456789';
const CARLA = '+5491134567890';
const SNIPPET = 'tests/e2e/readme-snippet.generated.ts';

let sandbox: Sandbox;
let server: Server;

beforeAll(async () => {
  sandbox = await startSandbox();
  server = await startServer({ sandbox });
});
afterAll(async () => {
  await rm(SNIPPET, { force: true });
  await server?.discard();
  await sandbox?.stop();
});

test("the README's program runs as written", async () => {
  let token: string | null = null;
  const { trpc, close } = createOmniClient({ url: server.url, token: () => token });
  const demo = { name: 'Demo', email: 'demo@omniwp.local', password: 'demo-omniwp' };
  ({ token } = await trpc.auth.register.mutate(demo));
  await sandbox.scan(OWN, (await trpc.whatsapp.connect.mutate()).qrCode ?? '');
  await waitUntil('chats', async () => (await trpc.chats.list.query({})).items[0]?.phone === CARLA);

  const readme = await readFile('README.md', 'utf8');
  const written = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  await writeFile(SNIPPET, written.replace('http://localhost:3000', server.url));
  const program = spawn(process.execPath, ['--import', 'tsx', SNIPPET], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  program.stdout.on('data', (data) => {
    said += String(data);
  });
  try {
    await waitUntil('the message at Carla', async () =>
      (await sandbox.messagesOf(CARLA, OWN)).some(({ body }) => body === '¡Hola!'),
    );
    // it hears what happens from the moment its subscription stands, which may be after its own message
    await waitUntil('an answer in the program', async () => {
      await sandbox.say({ from: CARLA, to: OWN, text: '¡Hola, Ana!' });
      return said.includes('message.received');
    });
  } finally {
    program.kill('SIGKILL');
    close();
  }
  expect(written).toContain("from 'omniwp/client'");
});
