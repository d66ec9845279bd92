import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the embedded servers say; pino's shape. */
export type EmbeddedLogger = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

export type RunAs = { uid: number; gid: number };

export type GuardedProcess = {
  pid: number;
  /** Resolves with the exit code or the signal's name, whoever ended it. */
  exited: Promise<string>;
  /** Asks with `signal`, then insists with SIGKILL after `graceMs`. Resolves when it is gone. */
  stop(signal: NodeJS.Signals, graceMs: number): Promise<void>;
};

const LOG_BYTES = 10 * 1024 * 1024;

/**
 * Starts a server that must not outlive this process. It runs in a session of its own, so that a Ctrl-C meant for us does not
 * end it while we still drain; a shell that reads a pipe of ours sends `endSignal` when that pipe closes, however we died.
 * Output goes to `logFile`, which is put aside once it has grown.
 */
export async function startGuarded(options: {
  command: string;
  args: string[];
  cwd: string;
  logFile: string;
  endSignal: 'INT' | 'TERM';
  env?: NodeJS.ProcessEnv;
  runAs?: RunAs | null;
}): Promise<GuardedProcess> {
  const { command, args, cwd, logFile, endSignal, env, runAs } = options;
  if (existsSync(logFile) && statSync(logFile).size > LOG_BYTES) renameSync(logFile, `${logFile}.1`);
  const log = openSync(logFile, 'a', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(command, args, { cwd, env, ...runAs, detached: true, stdio: ['ignore', log, log] });
  } finally {
    closeSync(log);
  }
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new Error(`Cannot start ${command}: ${error.message}`)));
  });
  child.on('error', () => {});
  const pid = child.pid;
  if (pid === undefined) throw new Error(`Cannot start ${command}: it has no process id`);

  const guard = spawn('/bin/sh', ['-c', `read _; kill -${endSignal} "$1"`, 'sh', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => {});
  guard.stdin?.on('error', () => {});
  guard.unref();
  // the pid may be another process's soon after: the guard must be gone before that
  void exited.then(() => guard.kill('SIGKILL'));

  return {
    pid,
    exited,
    async stop(signal, graceMs) {
      guard.kill('SIGKILL');
      child.kill(signal);
      const patience = new AbortController();
      const ended = await Promise.race([exited, sleep(graceMs, null, { signal: patience.signal, ref: false })]);
      patience.abort();
      if (ended === null) {
        child.kill('SIGKILL');
        await exited;
      }
    },
  };
}

export type Keeper = { stop(): Promise<void> };

/** A server that ends while it starts for the first time may have been killed; one that cannot start says the same each time. */
const FIRST_TRIES = 5;
/** One that used up its own patience is not tried again. */
const FIRST_MS = 20_000;

async function startFirst(name: string, start: () => Promise<GuardedProcess>, logger: EmbeddedLogger) {
  const since = performance.now();
  for (let tries = 1, pause = 100; ; tries += 1, pause *= 2) {
    try {
      return await start();
    } catch (error) {
      if (performance.now() - since > FIRST_MS) throw error;
      if (tries === FIRST_TRIES) {
        const said = error instanceof Error ? error.message : String(error);
        throw new Error(`${name} was started ${tries} times and ended each time. ${said}`, { cause: error });
      }
      logger.warn({ err: error }, `${name} ended while it started: starting it again`);
      await sleep(pause);
    }
  }
}

/**
 * Keeps one server running: `start` resolves when it is ready. A death is answered at once with a new start, and repeated
 * failures with a growing pause of at most 5 s. The first start is the caller's: when a few tries fail, it rejects.
 */
export async function keepRunning(options: {
  name: string;
  start: () => Promise<GuardedProcess>;
  stopSignal: NodeJS.Signals;
  graceMs: number;
  logger: EmbeddedLogger;
}): Promise<Keeper> {
  const { name, start, stopSignal, graceMs, logger } = options;
  let stopping = false;
  let current = await startFirst(name, start, logger);

  const kept = (async () => {
    while (!stopping) {
      const how = await current.exited;
      if (stopping) return;
      logger.warn({ pid: current.pid, how }, `${name} ended by itself: starting it again`);
      for (let pause = 100; !stopping; pause = Math.min(pause * 2, 5_000)) {
        try {
          current = await start();
          logger.info({ pid: current.pid }, `${name} is up again`);
          break;
        } catch (error) {
          logger.error({ err: error }, `${name} does not start`);
          await sleep(pause);
        }
      }
    }
  })();

  return {
    async stop() {
      stopping = true;
      await current.stop(stopSignal, graceMs);
      await kept;
      // a start that was under way when we were told to stop
      await current.stop(stopSignal, graceMs);
    },
  };
}

/** The last lines of a log, for an error that a person can act on. */
export async function lastLines(file: string, count = 8): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
