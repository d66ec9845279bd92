import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { EngineFailure } from './engine';

const MB = 1024 * 1024;

/** What must be free on the profile's disk, MB: before a browser starts, and while it runs. */
export type DiskSettings = {
  startMb: number;
  runMb: number;
  /** MB that are free where `path` is or will be; null: it cannot be told. */
  read: (path: string) => Promise<number | null>;
};

/** MB that this user can still write where `path` is or will be; null: it cannot be told. */
export async function readFreeDisk(path: string): Promise<number | null> {
  for (let dir = path; ; dir = dirname(dir)) {
    const stats = await statfs(dir).catch(() => null);
    if (stats) return Math.floor((stats.bavail * stats.bsize) / MB);
    if (dir === dirname(dir)) return null;
  }
}

/** Node's word for a disk or a quota that is full. */
export const isDiskFull = (detail: string): boolean => /ENOSPC|EDQUOT|no space left/i.test(detail);

export type Disk = {
  /** Why there is no room; null: there is. */
  lacksRoom: (when: 'start' | 'run') => Promise<EngineFailure | null>;
};

/**
 * Looks after the disk that a profile is on. WhatsApp's page keeps its keys there and moves them on with each message: one that
 * cannot write any more is better ended than left to forget them, and what it says of its link meanwhile is not believed.
 */
export function createDisk(profileDir: string, settings: Partial<DiskSettings> = {}): Disk {
  const { startMb = 64, runMb = 16, read = readFreeDisk } = settings;
  return {
    async lacksRoom(when) {
      const free = await read(profileDir);
      const floor = when === 'start' ? startMb : runMb;
      if (free === null || free >= floor) return null;
      return { code: 'DISK_FULL', detail: `${free} MB are free on the profile's disk, ${floor} MB are needed` };
    },
  };
}
