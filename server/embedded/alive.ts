import { readFileSync } from 'node:fs';

/**
 * Whether a process with this id runs, ours or not. One that has ended but that nobody has collected yet (a container's first
 * process often collects none) still takes signals: it counts as gone.
 */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  if (process.platform !== 'linux') return true;
  try {
    // "pid (name) state …": the name may hold spaces and parentheses
    return !/\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
