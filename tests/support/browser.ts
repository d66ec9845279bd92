import { type Browser, chromium } from 'playwright-core';
import { findBrowser } from '@/scripts/find/browser.mjs';

/** What Chromium would do on its own: updates, reports, experiments. No test may reach beyond this machine. */
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-default-browser-check',
  '--no-first-run',
  '--no-pings',
];

/** The browser that people sit at in tests: the same Chromium as the sessions', found the same way. */
export async function openBrowser(): Promise<Browser> {
  const { path, env } = await findBrowser();
  return chromium.launch({
    executablePath: path,
    env: { ...process.env, ...env } as Record<string, string>,
    args: QUIET,
  });
}
