import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';
import { findBrowser } from '@/scripts/find/browser.mjs';

const run = promisify(execFile);

export type NamedBrowser = { path: string; version: string };

/** What a program that names no browser of its own gets from its system: the whole browser. */
const FULL = [
  '/usr/lib/chromium/chromium',
  '/usr/lib64/chromium-browser/chromium-browser',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The product's browser as the product finds it, and the bare library's: BENCH_CHROMIUM, the system's full one, or else the same. */
export async function findBrowsers(): Promise<{ ours: NamedBrowser; bare: NamedBrowser }> {
  const ours = await findBrowser();
  const named = process.env.BENCH_CHROMIUM;
  const candidates = named ? [named] : FULL;
  for (const path of candidates) {
    if (!(await exists(path))) continue;
    const { stdout } = await run(path, ['--version'], { timeout: 20_000 });
    return { ours, bare: { path, version: stdout.trim() } };
  }
  return { ours, bare: ours };
}

/** `chromium-headless-shell, Chromium 156.0`: two browsers of one build say the same name. */
export function nameOf({ path, version }: NamedBrowser): string {
  return `${path.split('/').at(-1)} (${version.replace(/ built on .*| for Testing/g, '').trim()})`;
}
