// @ts-check
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/**
 * Runs one command to its end with its output in `.cache/log/<name>.log`. Rejects with the log's last lines when it fails.
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [env] added to ours
 */
export async function runLogged(name, command, args, env = {}) {
  const folder = join('.cache', 'log');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.log`);
  const log = openSync(file, 'w');
  const code = await new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...env },
      shell: process.platform === 'win32',
    });
    child.once('error', reject);
    child.once('exit', (status, signal) => resolve(status ?? signal));
  }).finally(() => closeSync(log));
  if (code === 0) return;
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-30).join('\n');
  throw new Error(`${command} ${args.join(' ')} ended with ${code}. ${file} ends:\n${lines}`);
}

/** A tool of the project, run by this very Node. @returns {[string, string[]]} */
export function tool(/** @type {string} */ path, /** @type {string[]} */ ...args) {
  return [process.execPath, [join('node_modules', path), ...args]];
}
