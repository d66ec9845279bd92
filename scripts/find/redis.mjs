// @ts-check
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** @typedef {{ path: string, version: string, env?: NodeJS.ProcessEnv }} RedisBinary */

/** Where a copy that we unpacked ourselves is kept; see install-redis.mjs. */
export const redisCache = () => resolve('.cache', 'redis');

/** What to type, per system, where we cannot install a server ourselves. */
export const redisAdvice = () =>
  ({
    linux: [
      'Debian, Ubuntu:  sudo apt-get install redis-server',
      'Fedora, RHEL:    sudo dnf install valkey',
      'Alpine:          sudo apk add redis',
      'Arch:            sudo pacman -S valkey',
    ],
    darwin: ['macOS:           brew install redis'],
  })[/** @type {'linux' | 'darwin'} */ (process.platform)]
    ?.map((line) => `  ${line}`)
    .join('\n') ?? '  Run OmniWP in WSL, or set REDIS_URL.';

/** Folders with programs: PATH, and those that a service's PATH often lacks. */
function programFolders() {
  const usual = ['/usr/bin', '/usr/local/bin', '/usr/sbin', '/opt/homebrew/bin', '/snap/bin'];
  return [...new Set([...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...usual])];
}

/** The library folders of an unpacked copy: its packages were not installed, so the loader must be told. */
function unpackedEnv(/** @type {string} */ root) {
  const lib = join(root, 'usr', 'lib');
  const folders = existsSync(lib) ? readdirSync(lib).map((name) => join(lib, name)) : [];
  const path = [lib, ...folders.filter((folder) => statSync(folder).isDirectory())].join(delimiter);
  return { ...process.env, LD_LIBRARY_PATH: path };
}

/** @returns {Promise<RedisBinary | null>} null when it does not run or is older than 6.2 */
async function probe(/** @type {string} */ path, /** @type {NodeJS.ProcessEnv | undefined} */ env) {
  if (!existsSync(path)) return null;
  try {
    const { stdout } = await run(path, ['--version'], { timeout: 10_000, ...(env && { env }) });
    const version = /v=(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
    if (!version) return null;
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major < 6 || (major === 6 && minor < 2)) return null;
    return env ? { path, version, env } : { path, version };
  } catch {
    return null;
  }
}

/**
 * A redis-server or valkey-server (6.2 or newer) that runs here: from PATH, else the copy that we unpacked.
 * @returns {Promise<RedisBinary>} rejects with code REDIS_NOT_FOUND and what to type
 */
export async function findRedis() {
  for (const folder of programFolders()) {
    for (const name of ['redis-server', 'valkey-server']) {
      const found = await probe(join(folder, name), undefined);
      if (found) return found;
    }
  }
  const cached = await probe(join(redisCache(), 'usr', 'bin', 'redis-server'), unpackedEnv(redisCache()));
  if (cached) return cached;
  const message = `No redis-server or valkey-server (6.2 or newer) was found. Install one, or set REDIS_URL:\n${redisAdvice()}`;
  throw Object.assign(new Error(message), { code: 'REDIS_NOT_FOUND' });
}
