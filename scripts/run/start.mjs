// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { untilReady } from './api.mjs';
import { lastLines, startChild } from './children.mjs';

/** @typedef {import('./children.mjs').Child} Child */

/**
 * Rejects with what the child said when it ends before `promise` is settled.
 * @template T
 * @param {Child} child
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
async function orItsEnd(child, promise) {
  const end = child.exited.then((how) => {
    throw new Error(`${child.name}: ended (${how}). ${child.logFile} ends:\n${lastLines(child)}`);
  });
  end.catch(() => {});
  return Promise.race([promise, end]);
}

/**
 * Starts the pretend WhatsApp. `env` are the three variables by which the server's browsers reach it.
 * @param {{ dataDir: string, port: number }} options
 */
export function startSandbox({ dataDir, port }) {
  const child = startChild({
    name: 'sandbox',
    args: ['--enable-source-maps', 'dist/sandbox.mjs'],
    env: {
      SANDBOX_PORT: String(port),
      SANDBOX_DATA_DIR: join(dataDir, 'network'),
      SANDBOX_PAGE_DIR: join(dataDir, 'pages'),
    },
    logFile: join(dataDir, 'log', 'sandbox.log'),
    firstLine: true,
  });
  /** @type {Promise<{ url: string, env: Record<string, string> }>} */
  const ready = orItsEnd(child, child.line).then((line) => JSON.parse(line));
  return { child, ready };
}

/**
 * Starts the product's server.
 * @param {{ dataDir: string, env: Record<string, string>, args?: string[], show?: boolean }} options `args`: of Node; the built
 *   server in production unless given
 */
export function startServer({ dataDir, env, args = ['--enable-source-maps', 'dist/server.mjs'], show }) {
  return startChild({
    name: 'server',
    args,
    env: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', DATA_DIR: dataDir, ...env },
    logFile: join(dataDir, 'log', 'server.log'),
    show,
  });
}

/** Waits until the server answers that it is ready. Rejects after `seconds`, or with its log when it ends before. */
export function serverReady(/** @type {Child} */ child, /** @type {string} */ url, /** @type {number} */ seconds) {
  return orItsEnd(child, untilReady(url, seconds));
}

/**
 * What `.env` sets, blanked: a sandbox must not meet the real database of this clone. (An empty variable counts as unset, and the
 * file does not replace it.)
 * @returns {Record<string, string>}
 */
export function withoutEnvFile() {
  const text = existsSync('.env') ? readFileSync('.env', 'utf8') : '';
  const names = [...text.matchAll(/^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/gm)].map(([, name = '']) => name);
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
}
