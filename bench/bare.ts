import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '@/tests/support/sandbox';
import type { NamedBrowser } from './browsers';
import { browsersOn } from './memory';

type Told = { id: number; result?: unknown; error?: string } | { event: 'up' };
export type BareMessage = { event: 'message'; name: string; text: string; at: number };

const STOP_MS = 10_000;

/** A process with bare whatsapp-web.js clients, one for each name. */
export async function startBare(sandbox: Sandbox, version: string, browser: NamedBrowser) {
  const home = await mkdtemp(join(tmpdir(), 'omniwp-bench-bare-'));
  const setup = {
    dataPath: home,
    version,
    pageDir: sandbox.pageDir,
    executablePath: browser.path,
    // the one flag that the page needs, and the one that root needs; all others are the library's and puppeteer's own
    args: ['--disable-features=LocalNetworkAccessChecks', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  };
  const child: ChildProcess = fork(join(import.meta.dirname, 'bare-process.mjs'), [JSON.stringify(setup)], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const answers = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const listeners = new Set<(message: BareMessage) => void>();
  let orders = 0;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void gone.then(() => {
    for (const { reject } of answers.values()) reject(new Error('the bare process ended'));
  });
  await new Promise<void>((resolve) => {
    child.on('message', (told: Told | BareMessage) => {
      if ('event' in told) {
        if (told.event === 'up') resolve();
        else for (const listener of listeners) listener(told);
        return;
      }
      const answer = answers.get(told.id);
      answers.delete(told.id);
      if (told.error === undefined) answer?.resolve(told.result);
      else answer?.reject(new Error(told.error));
    });
  });

  function order<Result>(op: string, args: object): Promise<Result> {
    const id = ++orders;
    return new Promise<Result>((resolve, reject) => {
      answers.set(id, { resolve: (value) => resolve(value as Result), reject });
      child.send({ id, op, args });
    });
  }

  async function start(name: string, event: 'qr' | 'ready'): Promise<{ ms: number; qr: string | null }> {
    return order('start', { name, event });
  }

  return {
    pid: child.pid ?? 0,
    browsers: () => browsersOn(home),
    start,
    destroy: (name: string) => order<null>('destroy', { name }),
    sendOneByOne: (name: string, chat: string, texts: string[]) =>
      order<{ calls: number[]; acks: number[] }>('sendOneByOne', { name, chat, texts }),
    sendMany: (names: string[], to: string[], count: number, inFlight: number) =>
      order<{ answered: number; known: number }>('sendMany', { names, to, count, inFlight }),
    /** Starts a client on a new profile and links it to a phone; answers when it is ready. */
    async link(name: string, phone: string): Promise<number> {
      const { ms, qr } = await start(name, 'qr');
      await sandbox.scan(phone, qr ?? '');
      await order('ready', { name });
      return ms;
    },
    onMessage(listener: (message: BareMessage) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** Ends it, and its browsers with it: the library leaves them behind when a program just ends. */
    async stop(): Promise<void> {
      const left = await browsersOn(home);
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await gone;
      clearTimeout(patience);
      for (const { pid } of [...left, ...(await browsersOn(home))]) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // it ended in this moment
        }
      }
      await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

export type Bare = Awaited<ReturnType<typeof startBare>>;
