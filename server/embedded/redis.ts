import { createConnection } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRedis } from '@/scripts/find/redis.mjs';
import { isAlive } from './alive';
import { lockFolder } from './folder-lock';
import { makePrivate } from './private-folder';
import { type EmbeddedLogger, type GuardedProcess, keepRunning, lastLines, startGuarded } from './process';
import { removeSocketFolder, socketFolder } from './socket-folder';

/** A large append-only file takes a while to load. */
const START_MS = 60_000;

export type EmbeddedRedis = {
  /** unix:// and the path of a socket that only this account enters; stays the same when the server is restarted. */
  url: string;
  stop(): Promise<void>;
};

/**
 * Runs a redis-server (or valkey-server) of our own over `dataDir/redis`, with an append-only file: started again when it dies, ended
 * with this process however that dies. Rejects with `DATA_DIR_IN_USE` when another process has the folder, and with an error
 * that says what to type where no server is installed.
 */
export async function createEmbeddedRedis(options: {
  dataDir: string;
  logger: EmbeddedLogger;
}): Promise<EmbeddedRedis> {
  const { logger } = options;
  const home = resolve(options.dataDir, 'redis');
  await makePrivate(resolve(options.dataDir));
  await makePrivate(home);
  const lock = await lockFolder(home);
  try {
    const binary = await findRedis();
    const socket = join(await socketFolder(home, null), 'redis.sock');
    await clearOrphan(socket, logger);
    const keeper = await keepRunning({
      name: 'redis',
      start: () => startServer(binary, home, socket),
      stopSignal: 'SIGTERM',
      graceMs: 10_000,
      logger,
    });
    return {
      url: `unix://${socket}`,
      async stop() {
        await keeper.stop();
        await removeSocketFolder(dirname(socket), home);
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function startServer(
  binary: { path: string; env?: NodeJS.ProcessEnv },
  home: string,
  socket: string,
): Promise<GuardedProcess> {
  const logFile = join(home, 'redis.log');
  const settings = {
    port: '0',
    unixsocket: socket,
    unixsocketperm: '700',
    dir: home,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    daemonize: 'no',
    'always-show-logo': 'no',
  };
  const server = await startGuarded({
    command: binary.path,
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    cwd: home,
    logFile,
    endSignal: 'TERM',
    env: binary.env,
  });
  let ended: string | null = null;
  void server.exited.then((how) => {
    ended = how;
  });
  for (const deadline = Date.now() + START_MS; Date.now() < deadline && ended === null; ) {
    if (
      await ask(socket, 'PING').then(
        (answer) => answer.startsWith('+PONG'),
        () => false,
      )
    )
      return server;
    await sleep(15);
  }
  if (ended === null) await server.stop('SIGTERM', 5_000);
  throw new Error(
    `Redis ${ended === null ? `was not ready after ${START_MS / 1000} s` : `does not start (${ended})`}. ` +
      `Its log, ${logFile}, ends:\n${await lastLines(logFile)}`,
  );
}

/** Whoever answers at our socket while we hold the folder's lock outlived its server. */
async function clearOrphan(socket: string, logger: EmbeddedLogger): Promise<void> {
  const info = await ask(socket, 'INFO server').catch(() => null);
  const pid = Number(/process_id:(\d+)/.exec(info ?? '')?.[1]);
  if (!isAlive(pid)) return;
  logger.warn({ pid }, 'a redis that outlived its server is stopped first');
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    for (let i = 0; i < 200 && isAlive(pid); i++) await sleep(50);
  }
}

/** One command, and what came back within a second; rejects when nobody listens. */
function ask(socket: string, command: string): Promise<string> {
  return new Promise((settle, reject) => {
    const connection = createConnection(socket);
    connection.setTimeout(1_000, () => connection.destroy(new Error('no answer')));
    connection.once('error', reject);
    connection.once('connect', () => connection.write(`${command}\r\n`));
    let answer = '';
    connection.on('data', (chunk) => {
      answer += chunk;
      // a bulk answer says its length first; a simple one is a line
      const size = /^\$(\d+)\r\n/.exec(answer);
      if (size ? answer.length >= size[0].length + Number(size[1]) : answer.includes('\r\n')) {
        connection.destroy();
        settle(answer);
      }
    });
  });
}
