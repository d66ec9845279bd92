// @ts-check
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
const options = { env, maxBuffer: 1 << 26 };

/** `debian`, `ubuntu` or what is based on them and has apt-get; else null. Ubuntu's browser package is a stub for a snap. */
export function debianLike() {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) return null;
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const ids = release.match(/^ID(_LIKE)?=.*$/gm)?.join(' ') ?? '';
  return /\bubuntu\b/.test(ids) ? 'ubuntu' : 'debian';
}

/** Installs packages with apt-get; for root. */
export async function aptInstall(/** @type {string[]} */ packages) {
  await run('apt-get', ['update', '-q'], options);
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], options);
}

/**
 * Unpacks packages into `folder` without installing them, for a user who is not root: apt-get with lists and downloads of our own,
 * then dpkg -x. `packages` are taken always, `libraries` only where the system lacks them (a name that this release does not have
 * is passed over). The folder appears whole or not at all.
 */
export async function aptUnpack(
  /** @type {string[]} */ packages,
  /** @type {{ name: string, file: string }[]} */ libraries,
  /** @type {string} */ folder,
) {
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(join(dirname(folder), 'new-'));
  try {
    for (const part of ['state/lists/partial', 'cache/archives/partial', 'debs', 'out']) {
      await mkdir(join(work, part), { recursive: true });
    }
    const own = {
      'Dir::State': join(work, 'state'),
      'Dir::State::Lists': join(work, 'state/lists'),
      'Dir::State::status': '/var/lib/dpkg/status',
      'Dir::Cache': join(work, 'cache'),
      'Debug::NoLocking': '1',
      'APT::Sandbox::User': '',
    };
    const settings = Object.entries(own).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    const apt = (/** @type {string[]} */ ...args) =>
      run('apt-get', [...settings, '-q', ...args], { ...options, cwd: join(work, 'debs') });
    await apt('update');
    await apt('download', ...packages);
    const linked = (await run('ldconfig', ['-p'], options).catch(() => run('/sbin/ldconfig', ['-p'], options))).stdout;
    for (const { name, file } of libraries) {
      if (!linked.includes(file)) await apt('download', name).catch(() => {});
    }
    for (const deb of await readdir(join(work, 'debs'))) {
      await run('dpkg', ['-x', join(work, 'debs', deb), join(work, 'out')], options);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(join(work, 'out'), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
