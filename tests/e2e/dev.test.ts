import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listProcesses } from '@/server/whatsapp/browser-processes';
import { freePort } from '@/tests/support/free-port';
import { waitUntil } from '@/tests/support/wait-until';

/** `npm run dev` as a developer runs it, on ports and folders of its own. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'omniwp-dev-'));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

/** What was started over our folder and is not over. */
async function ours() {
  const rows = await listProcesses();
  const environments = await Promise.all(
    rows.map(({ pid }) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')),
  );
  return rows.filter((row, index) => row.pid !== process.pid && environments[index]?.includes(folder));
}

test('a server that is killed is started again, which is said, and all of it ends when it is told to', async () => {
  const [port, sandboxPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, ['scripts/dev.mjs'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PORT: String(port),
      SANDBOX_PORT: String(sandboxPort),
      DATA_DIR: join(folder, 'data'),
      WHATSAPP_SESSION_PATH: join(folder, 'sessions'),
    } as NodeJS.ProcessEnv,
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const isReady = async () => (await fetch(`http://localhost:${port}/readyz`)).ok;
  const server = async () => (await ours()).find(({ command }) => command.includes('server/entry.ts'));
  try {
    await waitUntil('the banner', () => said.includes('OmniWP is ready'), 120);
    const first = await waitUntil('the server', server);
    process.kill(first.pid, 'SIGKILL');
    await waitUntil('the words', () => said.includes('the server was killed (SIGKILL): it starts again'));
    const second = await waitUntil('another server', async () => {
      const found = await server();
      return found && found.pid !== first.pid ? found : null;
    });
    expect(second.pid).not.toBe(first.pid);
    await waitUntil('an answer', isReady, 60);
  } finally {
    child.kill('SIGTERM');
  }
  expect(await ended).toBe(0);
  await waitUntil('nothing to be left', async () => (await ours()).length === 0);
});
