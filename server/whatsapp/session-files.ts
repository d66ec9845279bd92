import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { OwnerId } from '@/server/auth/owner-id';

/**
 * Where browser profiles live: `<root>/<ownerId>/<generation>`, mode 0700. They are credentials. Nothing here is ever deleted by
 * a state or a failure: a generation whose link ended moves to `<root>/quarantine`.
 */
export type SessionFiles = ReturnType<typeof createSessionFiles>;

const QUARANTINE = 'quarantine';

export function createSessionFiles(sessionPath: string) {
  const root = resolve(sessionPath);
  const profileOf = (ownerId: OwnerId, generation: number) => join(root, ownerId, String(generation));

  return {
    root,
    profileOf,

    async prepare(): Promise<void> {
      await mkdir(join(root, QUARANTINE), { recursive: true, mode: 0o700 });
    },

    /**
     * Makes a profile's folder for a link to come. One that holds a link must be there already: answers false where it is not (a
     * volume that is not mounted, another path than yesterday's), for a browser on an empty folder would look like a log-out.
     */
    async prepareProfile(ownerId: OwnerId, generation: number, linked: boolean): Promise<boolean> {
      const profile = profileOf(ownerId, generation);
      if (linked) return (await stat(profile).catch(() => null)) !== null;
      await mkdir(profile, { recursive: true, mode: 0o700 });
      return true;
    },

    /** Moves away every generation older than `current`: the one whose link just ended, and what a crash left behind. */
    async quarantineBefore(ownerId: OwnerId, current: number): Promise<number[]> {
      const names = await readdir(join(root, ownerId)).catch(() => []);
      const old = names.map(Number).filter((generation) => Number.isInteger(generation) && generation < current);
      for (const generation of old) {
        await rename(profileOf(ownerId, generation), join(root, QUARANTINE, `${ownerId}-${generation}-${Date.now()}`));
      }
      return old;
    },
  };
}
