import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOmniClient } from '@/server/client';
import { type Sandbox, startSandbox } from '@/tests/support/sandbox';
import { type Server, startServer } from '@/tests/support/server';

/** The script for a real phone, with the sandbox doing what it asks a person to do. */

const OWN = '+5491123456789';
const CARLA = '+5491134567890';
const account = { name: 'Ana', email: 'ana@example.com', password: 'secreto-123' };

let sandbox: Sandbox;
let server: Server;
let token: string | null = null;
let client: ReturnType<typeof createOmniClient>;

beforeAll(async () => {
  sandbox = await startSandbox();
  server = await startServer({ sandbox });
  client = createOmniClient({ url: server.url, token: () => token });
  ({ token } = await client.trpc.auth.register.mutate(account));
});
afterAll(async () => {
  client?.close();
  await server?.discard();
  await sandbox?.stop();
});

test('each step of the live check comes true', async () => {
  const asked: [RegExp, () => Promise<unknown>][] = [
    [/scan the QR/, async () => sandbox.scan(OWN, (await client.trpc.whatsapp.status.query()).qrCode ?? '')],
    [/From another phone/, () => sandbox.say({ from: CARLA, to: OWN, text: 'hola' })],
    [/open the chat/, () => sandbox.openChat({ phone: CARLA, with: OWN })],
    [/On the linked phone, write/, () => sandbox.say({ from: OWN, to: CARLA, text: 'desde el teléfono' })],
    [/Log out/, () => sandbox.unlink(OWN)],
  ];
  const check = spawn(process.execPath, ['scripts/live-check.mjs'], {
    env: {
      ...process.env,
      OMNIWP_URL: server.url,
      OMNIWP_EMAIL: account.email,
      OMNIWP_PASSWORD: account.password,
      LIVE_CHECK_SECONDS: '20',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  const troubles: unknown[] = [];
  createInterface({ input: check.stdout }).on('line', (line) => {
    said.push(line);
    const [, act] = asked.find(([pattern]) => line.startsWith('→') && pattern.test(line)) ?? [];
    act?.().catch((error) => troubles.push(error));
  });
  const code = await new Promise((resolve) => check.once('exit', resolve));
  expect(troubles).toEqual([]);
  expect({ code, last: said.at(-1) }, said.join('\n')).toEqual({ code: 0, last: '11 of 11 steps came true.' });
});
