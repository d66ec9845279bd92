import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { isDatabaseAway, untilDatabaseAnswers } from '@/server/db';
import { lockFolder } from './folder-lock';
import { postgresBinaries } from './postgres-binaries';
import { type PostgresFolder, postgresFolder } from './postgres-folder';
import { clearBrokenLock, clearOrphan, readPostmaster } from './postgres-orphan';
import { type EmbeddedLogger, type GuardedProcess, keepRunning, lastLines, startGuarded } from './process';
import { removeSocketFolder, socketFolder } from './socket-folder';

const run = promisify(execFile);
const USER = 'app';
const DATABASE = 'omniwp';

/** A database that is starting, or a leftover backend that holds shared memory, gets this long. */
const START_MS = 30_000;

export type EmbeddedPostgres = {
  /** postgres:// over a unix socket that only this account enters; stays the same when the server is restarted. */
  url: string;
  /** Ends the server (fast shutdown, about 100 ms) and frees the folder. Close connections first. */
  stop(): Promise<void>;
};

/**
 * Runs a Postgres of our own over `dataDir/postgres`: made at the first start, started again when it dies, ended with this process
 * however that dies. fsync stays on: an acknowledged write survives a SIGKILL of everything.
 * Rejects with `DATA_DIR_IN_USE` when another process has the folder, and with an error that says what to do when the folder is of
 * another major version, belongs to somebody else, or the server does not start.
 */
export async function createEmbeddedPostgres(options: {
  dataDir: string;
  logger: EmbeddedLogger;
}): Promise<EmbeddedPostgres> {
  const { dataDir, logger } = options;
  if (process.platform === 'win32') {
    throw new Error('There is no embedded Postgres on Windows: run OmniWP in WSL, or set DATABASE_URL.');
  }
  const folder = await postgresFolder(dataDir);
  const lock = await lockFolder(folder.home);
  try {
    const bin = await postgresBinaries(folder.runAs, folder.copies);
    const data = join(folder.home, 'data');
    await makeCluster(bin, folder, data, logger);
    await checkMajor(bin, data);
    await clearOrphan(data, logger);
    const sockets = await socketFolder(folder.home, folder.runAs);
    const keeper = await keepRunning({
      name: 'postgres',
      start: async () => {
        await clearBrokenLock(data, logger);
        return startPostmaster(bin, folder, data, sockets);
      },
      stopSignal: 'SIGINT',
      graceMs: 20_000,
      logger,
    });
    try {
      await untilDatabaseAnswers(() => makeDatabase(sockets), logger);
    } catch (error) {
      await keeper.stop();
      if (!isDatabaseAway(error)) throw error;
      throw new Error(`Postgres does not stay up. ${await endOfLog(folder.home)}`, { cause: error });
    }
    return {
      url: addressOf(sockets, DATABASE),
      async stop() {
        await keeper.stop();
        await removeSocketFolder(sockets, folder.home);
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function addressOf(sockets: string, database: string): string {
  return `postgres://${USER}@localhost/${database}?host=${encodeURIComponent(sockets)}`;
}

/** An initdb that was killed is run again this often, in a folder of its own. */
const INIT_TRIES = 3;

/** `initdb` beside, then rename: a folder `data` is a whole one. A killed app may leave an initdb running in a side folder. */
async function makeCluster(
  bin: string,
  { home, runAs }: PostgresFolder,
  data: string,
  logger: EmbeddedLogger,
): Promise<void> {
  const names = await readdir(home);
  for (const name of names.filter((entry) => entry.startsWith('init-'))) {
    await rm(join(home, name), { recursive: true, force: true }).catch(() => {});
  }
  if (names.includes('data')) return;
  const locale = process.platform === 'linux' ? 'C.UTF-8' : 'C';
  const settings = ['-U', USER, '--auth=trust', '--encoding=UTF8', `--locale=${locale}`, '--no-instructions'];
  for (let tries = 1; ; tries += 1) {
    const aside = join(home, `init-${randomBytes(6).toString('hex')}`);
    try {
      await run(join(bin, 'initdb'), ['-D', aside, ...settings], { cwd: home, ...runAs });
      await readFile(join(aside, 'PG_VERSION'));
      return await rename(aside, data);
    } catch (error) {
      await rm(aside, { recursive: true, force: true }).catch(() => {});
      const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
      const signal = error instanceof Error && 'signal' in error ? error.signal : null;
      const wasKilled = Boolean(signal) || /terminated by signal/.test(said);
      if (!wasKilled || tries === INIT_TRIES) {
        const how = wasKilled ? ` (initdb was killed ${tries} times)` : '';
        throw new Error(`The database could not be made in ${home}${how}:\n${said}`);
      }
      logger.warn({ signal }, 'the making of the database was killed: making it again');
    }
  }
}

async function checkMajor(bin: string, data: string): Promise<void> {
  const found = (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim();
  const { stdout } = await run(join(bin, 'postgres'), ['--version']);
  const ours = /\b(\d+)\./.exec(stdout)?.[1] ?? stdout.trim();
  if (found === ours) return;
  throw new Error(
    `The database in ${data} was written by Postgres ${found}, and this OmniWP brings Postgres ${ours}, which cannot read it. ` +
      'Go back to the OmniWP version that wrote it, copy the data out from there, and start here with an empty DATA_DIR; ' +
      `or set DATABASE_URL to a Postgres ${found} that serves that folder.`,
  );
}

const logOf = (home: string): string => join(home, 'postgres.log');
const endOfLog = async (home: string): Promise<string> =>
  `Its log, ${logOf(home)}, ends:\n${await lastLines(logOf(home))}`;

async function startPostmaster(
  bin: string,
  { home, runAs }: PostgresFolder,
  data: string,
  sockets: string,
): Promise<GuardedProcess> {
  const settings = [
    'listen_addresses=',
    'unix_socket_permissions=0700',
    'max_wal_size=256MB',
    'cluster_name=omniwp',
  ].flatMap((setting) => ['-c', setting]);
  const logFile = logOf(home);
  const deadline = Date.now() + START_MS;
  for (;;) {
    const server = await startGuarded({
      command: join(bin, 'postgres'),
      args: ['-D', data, '-k', sockets, ...settings],
      cwd: home,
      logFile,
      endSignal: 'INT',
      runAs,
    });
    const outcome = await untilReady(server, data, deadline);
    if (outcome === 'ready') return server;
    if (outcome === 'late') {
      await server.stop('SIGINT', 5_000);
      throw new Error(`Postgres was not ready after ${START_MS / 1000} s. ${await endOfLog(home)}`);
    }
    const log = await lastLines(logFile);
    // backends of a killed postmaster hold its shared memory for a moment
    if (Date.now() > deadline || !/shared memory|is another postmaster/i.test(log)) {
      throw new Error(`Postgres does not start (${outcome}). ${await endOfLog(home)}`);
    }
    await sleep(250);
  }
}

async function untilReady(server: GuardedProcess, data: string, deadline: number): Promise<string> {
  let ended: string | null = null;
  void server.exited.then((how) => {
    ended = how;
  });
  while (Date.now() < deadline) {
    if (ended !== null) return ended;
    const postmaster = await readPostmaster(data);
    if (postmaster?.ready && postmaster.pid === server.pid) return 'ready';
    await sleep(10);
  }
  return ended ?? 'late';
}

async function makeDatabase(sockets: string): Promise<void> {
  const client = new Client({ connectionString: addressOf(sockets, 'postgres') });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}
