// @ts-check
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';

/** Writes a file that only its owner reads, unless it is there; returns what it holds. */
function keep(/** @type {string} */ file, /** @type {string} */ text) {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8');
}

/**
 * Makes a folder for `live` or `sandbox` data, and throws when it holds the other: pretend messages must never get among real ones.
 */
export function makeDataFolder(/** @type {string} */ folder, /** @type {'live' | 'sandbox'} */ kind) {
  // only the folder itself is closed: as root, Postgres runs as another account, which must pass through those above
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = keep(join(folder, '.omniwp'), `${kind}\n`).trim();
  if (found === kind) return;
  throw new Error(
    `${folder} tiene datos de "${found}", no de "${kind}": elegí otra carpeta con DATA_DIR y WHATSAPP_SESSION_PATH.\n` +
      `  ${folder} holds "${found}" data, not "${kind}": choose other folders by DATA_DIR and WHATSAPP_SESSION_PATH.`,
  );
}

/**
 * The secrets of one data folder: made once. A variable that is set wins.
 * @returns {{ JWT_SECRET: string }}
 */
export function secretsOf(/** @type {string} */ folder) {
  const fresh = { JWT_SECRET: randomBytes(48).toString('base64url') };
  const kept = /** @type {typeof fresh} */ (
    JSON.parse(keep(join(folder, 'secrets.json'), JSON.stringify(fresh, null, 2)))
  );
  return { JWT_SECRET: process.env.JWT_SECRET || kept.JWT_SECRET };
}
