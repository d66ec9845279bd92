// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { runLogged } from './command.mjs';

/** @typedef {{ packages: Record<string, { version?: string, optional?: boolean }> }} Lock */

/**
 * Whether node_modules is what package-lock.json says: npm keeps its own account of what it installed, and the two are compared,
 * so an older tree, a switched branch or an install that was cut short are all seen. Optional packages may be absent.
 */
function installedAsLocked() {
  const account = 'node_modules/.package-lock.json';
  if (!existsSync(account)) return false;
  const read = (/** @type {string} */ file) => /** @type {Lock} */ (JSON.parse(readFileSync(file, 'utf8'))).packages;
  const wanted = read('package-lock.json');
  const found = read(account);
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || (found[path] ? found[path].version === version : optional === true),
  );
}

/** Installs with `npm ci` when something differs. `say` gets a line before that. */
export async function ensureDependencies(/** @type {(line: string) => void} */ say) {
  if (installedAsLocked()) return;
  say('npm ci');
  // a production setting in the environment would leave out what the build needs
  await runLogged('npm-ci', 'npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], { NODE_ENV: 'development' });
}
