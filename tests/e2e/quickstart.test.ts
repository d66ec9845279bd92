import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listProcesses } from '@/server/whatsapp/browser-processes';
import { freePort } from '@/tests/support/free-port';
import { waitUntil } from '@/tests/support/wait-until';

/** `npm run quickstart` as a person runs it, on ports and folders of its own. */
let folder: string;
const runs: ChildProcess[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'omniwp-quickstart-'));
});
afterAll(async () => {
  for (const child of runs) child.kill('SIGTERM');
  await waitUntil('all to end', () => runs.every((child) => child.exitCode !== null || child.signalCode !== null), 30);
  await rm(folder, { recursive: true, force: true });
});

type Run = { child: ChildProcess; port: number; said: () => string; ended: Promise<number | null> };

async function quickstart(kind: string, args: string[], env: Record<string, string> = {}): Promise<Run> {
  const [port, sandboxPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, ['scripts/quickstart.mjs', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PORT: String(port),
      SANDBOX_PORT: String(sandboxPort),
      DATA_DIR: join(folder, kind, 'data'),
      WHATSAPP_SESSION_PATH: join(folder, kind, 'sessions'),
      ...env,
    } as NodeJS.ProcessEnv,
  });
  runs.push(child);
  let text = '';
  child.stdout?.on('data', (chunk) => (text += chunk));
  child.stderr?.on('data', (chunk) => (text += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, port, said: () => text, ended };
}

const isReady = (run: Run) => {
  if (run.child.exitCode !== null) throw new Error(run.said());
  return run.said().includes('OmniWP is ready');
};

async function call(run: Run, procedure: string, input: object): Promise<Response> {
  return fetch(`http://localhost:${run.port}/api/trpc/${procedure}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ json: input }),
  });
}

async function textsIn(place: string): Promise<string[]> {
  const names = await readdir(place);
  expect(names).not.toEqual([]);
  return Promise.all(names.toSorted().map((name) => readFile(join(place, name), 'utf8')));
}

const demo = { email: 'demo@omniwp.local', password: 'demo-omniwp' };
const ours = async () => (await listProcesses()).filter(({ command }) => command.join(' ').includes(folder));

describe('npm run quickstart', () => {
  it('starts the sandbox and the server, and says where to go in both languages', async () => {
    const run = await quickstart('sandbox', []);
    await waitUntil('it to be ready', () => isReady(run), 120);
    expect(run.said()).toContain(`http://localhost:${run.port}`);
    expect(run.said()).toMatch(/Teléfono de mentira · pretend phone\s+http:\/\/127\.0\.0\.1:\d+/);
    expect((await call(run, 'auth.login', demo)).status).toBe(200);
    const secrets = join(folder, 'sandbox', 'data', 'secrets.json');
    expect(((await stat(secrets)).mode & 0o777).toString(8)).toBe('600');
    expect(((await stat(join(folder, 'sandbox', 'sessions'))).mode & 0o777).toString(8)).toBe('700');

    // a second copy on the same folders goes before it touches anything
    const pages = join(folder, 'sandbox', 'data', 'pages');
    const before = await textsIn(pages);
    const second = await quickstart('sandbox', []);
    expect(await second.ended).toBe(1);
    expect(second.said()).toContain(`another copy runs at http://localhost:${run.port} (process ${run.child.pid})`);
    expect(await textsIn(pages)).toEqual(before);

    const kept = await readFile(secrets, 'utf8');
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    expect(await ours()).toEqual([]);

    const again = await quickstart('sandbox', []);
    await waitUntil('it to be ready again', () => isReady(again), 30);
    expect((await call(again, 'auth.login', demo)).status).toBe(200);
    expect(await readFile(secrets, 'utf8')).toBe(kept);
    again.child.kill('SIGKILL');
    await waitUntil('all of it to end after it was killed', async () => (await ours()).length === 0, 30);
  });

  it('with --live: no sandbox, no demo login, and plain words about the risk first', async () => {
    const run = await quickstart('live', ['--live']);
    await waitUntil('it to be ready', () => isReady(run), 120);
    const said = run.said();
    expect(said).toMatch(/UNOFFICIAL client.*may ban/s);
    expect(said).toMatch(/cliente NO oficial.*bloquear el número/s);
    expect(said.indexOf('UNOFFICIAL')).toBeLessThan(said.indexOf('OmniWP is ready'));
    expect(said).not.toContain(demo.email);
    expect((await call(run, 'auth.login', demo)).status).toBe(401);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });

  it('never opens live data as a sandbox', async () => {
    const run = await quickstart('live', []);
    expect(await run.ended).toBe(1);
    expect(run.said()).toMatch(/holds "live" data, not "sandbox".*DATA_DIR/s);
  });

  it('names the variable to set when a port is taken, before it does anything', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = address !== null && typeof address !== 'string' ? address.port : 0;
    const run = await quickstart('other', [], { PORT: String(port) });
    expect(await run.ended).toBe(1);
    expect(run.said()).toContain(`Port ${port} is in use. Choose another: PORT=${port + 1} npm run quickstart`);
    taken.close();
  });

  it('refuses what it does not know', async () => {
    const run = await quickstart('other', ['--liev']);
    expect(await run.ended).toBe(1);
    expect(run.said()).toContain('--liev');
  });
});
