// @ts-check
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { isAlive } from './lock.mjs';

/** Whether that process is one of ours: after a kill its number may be somebody else's (Linux tells). */
function isOurs(/** @type {number} */ pid) {
  if (!isAlive(pid)) return false;
  try {
    return /(quickstart|dev)\.mjs/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return true;
  }
}

/**
 * Keeps a data folder for this process until it ends, before anything is started on it: a second copy would write over the first one's
 * sandbox. Throws, and names the holder, when another one runs on it.
 */
export function holdDataFolder(/** @type {string} */ folder, /** @type {number} */ port) {
  const file = join(folder, 'running.json');
  const mine = JSON.stringify({ pid: process.pid, port });
  try {
    writeFileSync(file, mine, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    const holder = /** @type {{ pid: number, port: number }} */ (JSON.parse(readFileSync(file, 'utf8')));
    if (isOurs(holder.pid)) {
      throw new Error(
        `${folder} está en uso: otra copia corre en http://localhost:${holder.port} (proceso ${holder.pid}). Detenela, o elegí otra carpeta con DATA_DIR y WHATSAPP_SESSION_PATH.\n` +
          `  ${folder} is in use: another copy runs at http://localhost:${holder.port} (process ${holder.pid}). Stop it, or choose other folders by DATA_DIR and WHATSAPP_SESSION_PATH.`,
      );
    }
    writeFileSync(file, mine, { mode: 0o600 });
  }
  process.on('exit', () => rmSync(file, { force: true }));
}
