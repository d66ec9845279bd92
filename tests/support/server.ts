import { randomBytes } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { environment } from '@/server/config';
import { type GuardedProcess, startGuarded } from '@/server/embedded/process';
import { isMain, listProcesses, type ProcessRow, profileOf } from '@/server/whatsapp/browser-processes';
import { freePort } from './free-port';
import { NO_LIMITS } from './no-limits';
import type { Sandbox } from './sandbox';
import { waitUntil } from './wait-until';

/** The product as `npm start` runs it: the built server in production, from variables alone, in a process of its own. */

export type ServerOptions = {
  /** Whose page the server's browsers load. */
  sandbox?: Pick<Sandbox, 'env'>;
  /** Absent: a temporary folder, removed at the end. */
  dataDir?: string;
  sessionPath?: string;
  port?: number;
  env?: Record<string, string>;
};

const root = resolve(import.meta.dirname, '../..');
const READY_SECONDS = 60;
/** The server's own shutdown may take 18 s. */
const STOP_MS = 25_000;

/** A developer's variables and `.env` must not reach a test: empty counts as unset, and the file does not replace it. */
function blankEnvironment(): Record<string, string> {
  const kept = new Set(['CHROMIUM_PATH', 'PUPPETEER_EXECUTABLE_PATH']);
  const names = Object.keys(environment.shape).filter((name) => !kept.has(name));
  return Object.fromEntries(names.map((name) => [name, '']));
}

const commandOf = ({ command }: ProcessRow) => command.join(' ');

/** Whether a process was started by the server of this home: by its command, or by what it inherited (a browser's children name nothing). */
async function isOf(home: string, row: ProcessRow): Promise<boolean> {
  if (commandOf(row).includes(home)) return true;
  return (await readFile(`/proc/${row.pid}/environ`, 'utf8').catch(() => '')).includes(home);
}

/** Starts a server and waits until it answers that it is ready. */
export async function startServer(options: ServerOptions = {}) {
  const home = await mkdtemp(join(tmpdir(), 'omniwp-e2e-'));
  // as root the database runs as another account, which must be able to pass
  await chmod(home, 0o711);
  const dataDir = options.dataDir ?? join(home, 'data');
  const sessionPath = options.sessionPath ?? join(home, 'sessions');
  const port = options.port ?? (await freePort());
  const url = `http://localhost:${port}`;
  const logFile = join(home, 'server.log');
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...blankEnvironment(),
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    PORT: String(port),
    DATA_DIR: dataDir,
    WHATSAPP_SESSION_PATH: sessionPath,
    JWT_SECRET: randomBytes(48).toString('base64url'),
    REGISTRATION: 'open',
    ...NO_LIMITS,
    // whatever it starts inherits this, and is known by it
    TEST_HOME: home,
    ...options.sandbox?.env,
    ...options.env,
  };
  let running: GuardedProcess | null = null;
  let logBefore = '';

  async function start(): Promise<void> {
    logBefore = await log();
    const started = await startGuarded({
      command: process.execPath,
      args: ['--enable-source-maps', 'dist/server.mjs'],
      cwd: root,
      logFile,
      endSignal: 'TERM',
      env,
    });
    running = started;
    let ended: string | null = null;
    void started.exited.then((how) => {
      ended = how;
    });
    const ready = async () => ended !== null || (await fetch(`${url}/readyz`)).ok;
    await waitUntil('the server to be ready', ready, READY_SECONDS).catch(async (error) => {
      throw new Error(`${error}. Its log:\n${await log()}`);
    });
    if (ended !== null) throw new Error(`The server ended with ${ended}. Its log:\n${await log()}`);
  }

  const log = () => readFile(logFile, 'utf8').catch(() => '');

  async function exit(signal: NodeJS.Signals): Promise<string> {
    const ending = running;
    if (!ending) return 'not running';
    running = null;
    await ending.stop(signal, STOP_MS);
    return ending.exited;
  }

  /** SIGTERM; throws when the server does not end in order. */
  async function shutDown(): Promise<void> {
    const how = await exit('SIGTERM');
    // in its first moments Node itself has no ear for a signal, and of the server nothing has begun
    if (how === 'SIGTERM' && (await log()) === logBefore) return;
    if (how !== 'code 0') throw new Error(`The server ended with ${how}. Its log:\n${await log()}`);
  }

  /** What this server started, and is not over. */
  async function ours(): Promise<ProcessRow[]> {
    const all = (await listProcesses()).filter(({ pid }) => pid !== process.pid && pid !== running?.pid);
    const own = await Promise.all(all.map((row) => isOf(home, row)));
    return all.filter((_, index) => own[index]);
  }

  /** The same, and what others run on folders that it shares with them. */
  async function rows(): Promise<ProcessRow[]> {
    const shared = (await listProcesses()).filter((row) =>
      [dataDir, sessionPath].some((folder) => commandOf(row).includes(folder)),
    );
    return [...new Map([...(await ours()), ...shared].map((row) => [row.pid, row])).values()];
  }

  async function browserRows(): Promise<ProcessRow[]> {
    const all = await rows();
    const groups = new Set(all.filter((row) => profileOf(row)?.startsWith(sessionPath)).map(({ group }) => group));
    return all.filter(({ group }) => groups.has(group));
  }

  const server = {
    url,
    port,
    dataDir,
    sessionPath,
    logFile,
    log,
    /** What runs for this server beside itself, by its commands: a browser for each session, the database, Redis. */
    processes: async () => (await rows()).map(commandOf),
    /** The browsers of the sessions, their children among them; none when all are at rest. */
    browsers: async () => (await browserRows()).map(commandOf),
    /** The process ids of the browsers themselves, one for each session that runs. */
    browserPids: async () => (await browserRows()).filter(isMain).map(({ pid }) => pid),
    pid: () => running?.pid ?? null,
    /** Profiles whose browser did not tidy up behind itself. */
    async locks(): Promise<string[]> {
      const names = await readdir(sessionPath, { recursive: true }).catch(() => []);
      return names.filter((name) => basename(name).startsWith('Singleton'));
    },
    /** The folders that quarantined credentials are in. */
    quarantined: () => readdir(join(sessionPath, 'quarantine')),
    /** Keeps the log for whoever looks into a failure. */
    async keepLog(folder: string, name: string): Promise<void> {
      await mkdir(folder, { recursive: true });
      await copyFile(logFile, join(folder, `${name}.log`)).catch(() => {});
    },

    shutDown,
    /** SIGKILL, and nothing is cleaned up. */
    kill: () => exit('SIGKILL'),
    /** Again on the same data, after `shutDown` or `kill`. */
    start,
    async restart(): Promise<void> {
      await shutDown();
    },

    /** Ends whatever is left of it, however the test went. */
    async discard(): Promise<void> {
      await exit('SIGTERM');
      for (const { pid } of await ours()) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // it ended in this moment
        }
      }
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await start().catch(async (error) => {
    await server.discard();
    throw error;
  });
  return server;
}

export type Server = Awaited<ReturnType<typeof startServer>>;
