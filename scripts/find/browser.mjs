// @ts-check
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { unpackedBrowser } from './unpacked-browser.mjs';

const run = promisify(execFile);
const ANSWER_MS = 10_000;

/**
 * `env`: variables that this browser needs beside the usual ones (libraries and fonts of an unpacked one).
 * @typedef {{ path: string, version: string, major: number, env?: Record<string, string> }} Browser
 * @typedef {{ path: string, env?: Record<string, string> }} Candidate
 * @typedef {{ CHROMIUM_PATH?: string, PUPPETEER_EXECUTABLE_PATH?: string }} Named
 */

/** What to type, per system, where we cannot install a browser ourselves. */
export const browserAdvice = () =>
  ({
    linux: [
      'Debian:          sudo apt-get install --no-install-recommends chromium-headless-shell',
      'Fedora, RHEL:    sudo dnf install chromium-headless',
      'Alpine:          sudo apk add chromium',
      'Arch:            sudo pacman -S chromium',
      'Ubuntu, others:  Google Chrome from its own package (the snap does not work here)',
    ],
    darwin: ['macOS:           brew install --cask google-chrome'],
    win32: ['Windows:         Google Chrome from its own installer'],
  })[/** @type {'linux' | 'darwin' | 'win32'} */ (process.platform)]
    ?.map((line) => `  ${line}`)
    .join('\n') ?? '';

/** Where packages put the browser itself. The wrappers in /usr/bin fork: a killed wrapper leaves the browser behind. */
function systemPaths() {
  const home = homedir();
  if (process.platform === 'darwin') {
    const apps = ['Google Chrome.app/Contents/MacOS/Google Chrome', 'Chromium.app/Contents/MacOS/Chromium'];
    return ['/Applications', join(home, 'Applications')].flatMap((folder) => apps.map((app) => join(folder, app)));
  }
  if (process.platform === 'win32') {
    const { ProgramFiles, 'ProgramFiles(x86)': x86, LOCALAPPDATA } = process.env;
    return [ProgramFiles, x86, LOCALAPPDATA].flatMap((folder) =>
      folder ? [join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe')] : [],
    );
  }
  return [
    '/usr/lib/chromium/chromium-headless-shell',
    '/usr/lib/chromium/chromium',
    '/usr/lib64/chromium-browser/headless_shell',
    '/usr/lib64/chromium-browser/chromium-browser',
    '/opt/google/chrome/chrome',
    '/opt/google/chrome-beta/chrome',
  ];
}

/** Browsers that puppeteer or playwright downloaded earlier, newest first. */
function downloadedPaths() {
  const caches = process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
  const roots = [
    process.env.PUPPETEER_CACHE_DIR ?? join(homedir(), '.cache', 'puppeteer'),
    process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(caches, 'ms-playwright'),
  ];
  const names = /^(chrome-headless-shell|headless_shell|chrome|Google Chrome for Testing|Chromium)(\.exe)?$/;
  return roots.flatMap((root) =>
    filesBelow(root, 7)
      .filter((path) => names.test(basename(path)))
      .sort((a, b) => b.localeCompare(a, 'en', { numeric: true })),
  );
}

/** @returns {string[]} */
function filesBelow(/** @type {string} */ folder, /** @type {number} */ depth) {
  if (depth === 0 || !existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path, depth - 1) : [path];
  });
}

/** What a browser says it is; null when it does not start. */
async function versionOf(/** @type {Candidate} */ { path, env }) {
  if (process.platform === 'win32') {
    // chrome.exe opens a window for --version; the folder beside it bears the version
    return readdirSync(dirname(path)).find((name) => /^\d+\.\d+\.\d+\.\d+$/.test(name)) ?? null;
  }
  try {
    const options = {
      timeout: ANSWER_MS,
      killSignal: /** @type {const} */ ('SIGKILL'),
      env: { ...process.env, ...env },
    };
    const { stdout } = await run(path, ['--version'], options);
    return /\d+\.\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? null;
  } catch {
    return null;
  }
}

/** @returns {Promise<Browser | null>} */
async function probe(/** @type {Candidate} */ candidate) {
  if (!existsSync(candidate.path)) return null;
  const version = await versionOf(candidate);
  return version ? { ...candidate, version, major: Number.parseInt(version, 10) } : null;
}

/** @returns {Named} */
const fromEnvironment = () => ({
  CHROMIUM_PATH: process.env.CHROMIUM_PATH,
  PUPPETEER_EXECUTABLE_PATH: process.env.PUPPETEER_EXECUTABLE_PATH,
});

const failure = (/** @type {string} */ code, /** @type {string} */ message) =>
  Object.assign(new Error(message), { code });

const tooOld = (/** @type {Browser} */ { path, version }, /** @type {number} */ minMajor) =>
  failure(
    'BROWSER_TOO_OLD',
    `${path} is version ${version}, and a linked profile here was last opened by version ${minMajor}. An older browser would ` +
      `silently lose the link for good, so it is not used. Install version ${minMajor} or newer:\n${browserAdvice()}`,
  );

/**
 * The browser that sessions run in. CHROMIUM_PATH or PUPPETEER_EXECUTABLE_PATH is used or refused, never passed over; else the first of:
 * installed ones, our own unpacked one, downloads of puppeteer and playwright. Each must answer `--version` within 10 s and be at
 * least `minMajor`, the newest version that opened any linked profile.
 * @param {{ named?: Named, minMajor?: number, cache?: string }} [options]
 *   `named`: the two variables, the environment's unless given; `cache`: where our own unpacked one is
 * @returns {Promise<Browser>} rejects with code BROWSER_OVERRIDE, BROWSER_TOO_OLD or BROWSER_NOT_FOUND
 */
export async function findBrowser({
  named = fromEnvironment(),
  minMajor = 0,
  cache = resolve('.cache', 'browser'),
} = {}) {
  for (const name of /** @type {const} */ (['CHROMIUM_PATH', 'PUPPETEER_EXECUTABLE_PATH'])) {
    const path = named[name];
    if (!path) continue;
    const found = await probe({ path });
    if (!found) {
      throw failure(
        'BROWSER_OVERRIDE',
        `${name} names ${path}, which ${existsSync(path) ? 'does not start' : 'does not exist'}.`,
      );
    }
    if (found.major < minMajor) throw tooOld(found, minMajor);
    return found;
  }
  const unpacked = unpackedBrowser(cache);
  /** @type {Candidate[]} */
  const candidates = [
    ...systemPaths().map((path) => ({ path })),
    ...(unpacked ? [unpacked] : []),
    ...downloadedPaths().map((path) => ({ path })),
  ];
  /** @type {Browser | null} */
  let old = null;
  for (const candidate of candidates) {
    const found = await probe(candidate);
    if (!found) continue;
    if (found.major >= minMajor) return found;
    old ??= found;
  }
  if (old) throw tooOld(old, minMajor);
  throw failure(
    'BROWSER_NOT_FOUND',
    `No Chromium or Chrome was found; looked for:\n${candidates.map(({ path }) => `  ${path}`).join('\n')}\n` +
      `Install one, or set CHROMIUM_PATH:\n${browserAdvice()}`,
  );
}
