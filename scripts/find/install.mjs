// @ts-check
import { resolve } from 'node:path';
import { findBrowser } from './browser.mjs';
import { aptInstall, aptUnpack, debianLike } from './debian.mjs';
import { findRedis, redisCache } from './redis.mjs';
import { unpackBrowser } from './unpacked-browser.mjs';

const isRoot = () => process.getuid?.() === 0;

/** What Debian's redis-server is linked with, by the package that has it. */
const REDIS_LIBRARIES = [
  { name: 'liblzf1', file: 'liblzf.so.1' },
  { name: 'libjemalloc2', file: 'libjemalloc.so.2' },
  { name: 'liblua5.1-0', file: 'liblua5.1.so.0' },
  { name: 'lua-cjson', file: 'liblua5.1-cjson.so.0' },
  { name: 'lua-bitop', file: 'liblua5.1-bitop.so.0' },
  { name: 'libatomic1', file: 'libatomic.so.1' },
];

/**
 * Finds what `find` looks for, or tries the given ways to install it, one after the other, and looks again after each.
 * Rejects with what `find` said, and with why each way failed.
 * @template T
 * @param {() => Promise<T>} find
 * @param {{ what: string, possible: boolean, install: () => Promise<void> }[]} ways
 * @param {(line: string) => void} say
 * @returns {Promise<T>}
 */
async function findOrInstall(find, ways, say) {
  /** @type {string[]} */
  const failures = [];
  for (const way of [null, ...ways.filter(({ possible }) => possible)]) {
    if (way) {
      say(way.what);
      try {
        await way.install();
      } catch (error) {
        const said = /** @type {{ stderr?: string, message?: string }} */ (error);
        failures.push(
          `${way.what}: ${(said.stderr || said.message || String(error)).trim().split('\n').slice(-3).join(' | ')}`,
        );
        continue;
      }
    }
    try {
      return await find();
    } catch (error) {
      if (!/NOT_FOUND|TOO_OLD/.test(String(/** @type {{ code?: string }} */ (error).code))) throw error;
      if (way) failures.push(`${way.what}: done, but it still does not run`);
    }
  }
  return find().catch((error) => {
    if (failures.length > 0) error.message += `\n\nTried:\n${failures.map((line) => `  ${line}`).join('\n')}`;
    throw error;
  });
}

/** A redis-server or valkey-server, installed or unpacked if need be. `say` gets a line per step that takes time. */
export function ensureRedis(/** @type {(line: string) => void} */ say) {
  return findOrInstall(
    findRedis,
    [
      {
        what: 'apt-get install redis-server',
        possible: debianLike() !== null && isRoot(),
        install: () => aptInstall(['redis-server']),
      },
      {
        what: 'apt-get download redis-server (1.5 MB)',
        possible: debianLike() !== null,
        install: () => aptUnpack(['redis-server', 'redis-tools'], REDIS_LIBRARIES, redisCache()),
      },
    ],
    say,
  );
}

/** A browser, installed or unpacked if need be. `say` gets a line per step that takes time. */
export function ensureBrowser(/** @type {(line: string) => void} */ say) {
  return findOrInstall(
    () => findBrowser(),
    [
      {
        what: 'apt-get install chromium-headless-shell (164 MB)',
        possible: debianLike() === 'debian' && isRoot(),
        install: () => aptInstall(['chromium-headless-shell']),
      },
      {
        what: 'npm install @sparticuz/chromium (70 MB)',
        possible: process.platform === 'linux' && process.arch === 'x64',
        install: () => unpackBrowser(resolve('.cache', 'browser')),
      },
    ],
    say,
  );
}
