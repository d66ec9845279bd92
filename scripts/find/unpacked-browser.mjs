// @ts-check
import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';

const run = promisify(execFile);

/** Chromium as an npm package, for Linux on x64: 70 MB, fetched only where there is no other browser. */
export const PACKAGE = '@sparticuz/chromium@153.0.0';
const FOLDER = 'chromium-153';

/** Written last: its presence says that the rest is whole. `libs` says that the browser needs the libraries that came with it. */
const MARKS = { plain: 'ready', libs: 'ready-with-libs' };

/**
 * Our own unpacked browser below `cache`, if there is one.
 * @returns {{ path: string, env: Record<string, string> } | null}
 */
export function unpackedBrowser(/** @type {string} */ cache) {
  const home = join(cache, FOLDER);
  const env = environmentOf(home, existsSync(join(home, MARKS.libs)));
  return existsSync(join(home, MARKS.plain)) || existsSync(join(home, MARKS.libs))
    ? { path: join(home, 'chromium'), env }
    : null;
}

/** Without fonts a page has no text at all (`innerText` is empty): the package's own are named in a file of ours. */
function environmentOf(/** @type {string} */ home, /** @type {boolean} */ libs) {
  const library = [join(home, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return { FONTCONFIG_FILE: join(home, 'fonts.conf'), ...(libs && { LD_LIBRARY_PATH: library }) };
}

const fontsConf = (/** @type {string} */ home) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(home, 'fonts')}</dir>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <cachedir>${join(home, 'fontcache')}</cachedir>
</fontconfig>
`;

/**
 * Fetches the package with npm and unpacks it below `cache`: aside first, then renamed, so that a half one is never seen.
 * The package's own code is not used: it trusts a file in /tmp that anybody can put there, and its flags switch protection off.
 */
export async function unpackBrowser(/** @type {string} */ cache) {
  await mkdir(cache, { recursive: true });
  const aside = await mkdtemp(join(cache, 'new-'));
  const home = join(cache, FOLDER);
  try {
    const npm = ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--engine-strict=false'];
    await run('npm', [...npm, '--prefix', aside, PACKAGE], { cwd: aside, maxBuffer: 1 << 26 });
    const bin = join(aside, 'node_modules', ...PACKAGE.slice(0, PACKAGE.lastIndexOf('@')).split('/'), 'bin');
    const out = join(aside, 'out');
    await mkdir(out);
    for (const name of await readdir(bin)) await unpack(join(bin, name), out);
    const browser = join(out, 'chromium');
    await chmod(browser, 0o755);
    await writeFile(join(out, 'fonts.conf'), fontsConf(home));
    const starts = (/** @type {Record<string, string>} */ env) =>
      run(browser, ['--version'], { env: { ...process.env, ...env }, timeout: 20_000 });
    const libs = !(await starts({}).then(
      () => true,
      () => false,
    ));
    if (libs) await starts(environmentOf(out, true));
    await writeFile(join(out, libs ? MARKS.libs : MARKS.plain), '');
    await rm(home, { recursive: true, force: true });
    await mkdir(dirname(home), { recursive: true });
    await rename(out, home);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** `x.br` becomes the file x, `x.tar.br` its contents. */
async function unpack(/** @type {string} */ archive, /** @type {string} */ folder) {
  const name = archive.slice(archive.lastIndexOf('/') + 1, -'.br'.length);
  const target = join(folder, name);
  await pipeline(createReadStream(archive), createBrotliDecompress(), createWriteStream(target));
  if (!name.endsWith('.tar')) return;
  await run('tar', ['-xf', target, '-C', folder, '--no-same-owner']);
  await rm(target);
}
