import { type Browser, findBrowser } from '@/scripts/find/browser.mjs';

/** `env`: variables that this browser needs beside the usual ones, such as the libraries of an unpacked one. */
export type FoundBrowser = Browser;

/**
 * The browser that sessions run in: what CHROMIUM_PATH or PUPPETEER_EXECUTABLE_PATH names, else the first that answers.
 * `minMajor` is the newest major version that opened any linked profile: an older browser would lose its link without a word.
 * Rejects with `code` BROWSER_OVERRIDE, BROWSER_TOO_OLD or BROWSER_NOT_FOUND and a message that says what to type.
 */
export function lookUpBrowser(
  named: { CHROMIUM_PATH?: string; PUPPETEER_EXECUTABLE_PATH?: string },
  minMajor: number,
): Promise<FoundBrowser> {
  return findBrowser({ named, minMajor });
}
