/** The frame that threw: the first one below the message. */
const firstFrame = (error: Error): string => /^\s+at .*$/m.exec(error.stack ?? '')?.[0] ?? '';

/**
 * Whether an unhandled rejection or exception came out of whatsapp-web.js or puppeteer: they leave promises alone (a request
 * answered after the page closed, a binding called on a dead browser). Such a one is logged and survived, for the engine
 * watches browser and page itself; any other must end the process as before. For main.ts, which installs the one guard.
 */
export function isLibraryRejection(reason: unknown): boolean {
  // The library throws these two as bare strings.
  if (reason === 'auth timeout' || reason === 'ready timeout') return true;
  if (!(reason instanceof Error)) return false;
  if (/^(ProtocolError|TargetCloseError|ConnectionClosedError)$/.test(reason.name)) return true;
  // `pptr:` names a function that was evaluated in the page.
  return /node_modules[\\/](whatsapp-web\.js|puppeteer|puppeteer-core)[\\/]|pptr:/.test(firstFrame(reason));
}
