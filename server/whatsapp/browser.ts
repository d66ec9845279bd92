import { type ChildProcess, spawn } from 'node:child_process';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { chromiumArgs } from './browser-args';
import { type Claim, claimProfile, endOthersOn, isSuperseded, releaseProfile } from './browser-claim';
import { createPipeTransport } from './browser-pipe';
import { listProcesses, signalGroup, waitUntilGone } from './browser-processes';
import { ProfileInUseError } from './browser-profile';

export type BrowserOptions = {
  executablePath: string;
  profileDir: string;
  /** Of the lease under which the profile is ours; an older one gives way (browser-claim.ts). */
  epoch: number;
  args: string[];
  userAgent: string;
  /** Added to the few variables that the browser gets; libraries of an unpacked browser, for example. */
  env?: Record<string, string>;
  /** Until the browser answers, ms. */
  launchMs: number;
  /** How long the browser may take to close by itself, ms; then SIGTERM and SIGKILL follow. */
  endMs: number;
  /** Ends a start that is under way. */
  signal?: AbortSignal;
};

export type OwnedBrowser = {
  browser: Browser;
  page: Page;
  pid: number;
  /** Resolves when the browser process has ended, whoever ended it, with a word for the log. */
  exited: Promise<string>;
  /** Whether a page's process has died: for whoever begins to listen to the page later than that. */
  hasCrashed: () => boolean;
  /** Idempotent: close, then SIGTERM, then SIGKILL of the whole group; resolves when no process is left. */
  end: () => Promise<void>;
};

export class BrowserLaunchError extends Error {
  override name = 'BrowserLaunchError';
}

/** No secret of the server's reaches the browser: only what it needs to run and to show text. */
const passed = /^(PATH|HOME|USER|LANG|LC_.*|TZ|TMPDIR|TEMP|TMP|XDG_.*|FONTCONFIG_.*|LD_LIBRARY_PATH|SYSTEMROOT)$/;

/**
 * Starts a browser that belongs to us: as leader of its own process group, on a profile that we hold, over a pipe (no
 * port for others to connect to; and when this process dies, the pipe closes and the browser ends by itself).
 * @throws ProfileInUseError, BrowserLaunchError (its message is what the browser said last)
 */
export async function launchBrowser(options: BrowserOptions): Promise<OwnedBrowser> {
  const claim = await claimProfile(options.profileDir, { epoch: options.epoch, waitMs: options.endMs });
  const args = chromiumArgs({ profileDir: claim.dir, extra: options.args, userAgent: options.userAgent });
  const child = spawn(options.executablePath, args, {
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...browserEnv(), ...options.env } as NodeJS.ProcessEnv,
  });
  const lastWords = readLastWords(child);
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ? `ended by ${signal}` : `ended with code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  let connection: Browser | null = null;
  let ending: Promise<void> | null = null;
  const end = () => {
    ending ??= endGroup(child, () => connection, claim, exited, options.endMs);
    return ending;
  };
  try {
    // a process that is paused between its claim and this line may wake up beside another one's browser
    if (isSuperseded(claim)) {
      signalGroup(child.pid ?? 0, 'SIGKILL');
      throw new ProfileInUseError('the session is run elsewhere by now');
    }
    const transport = createPipeTransport(child);
    const failed = exited.then((how) => Promise.reject(new BrowserLaunchError(`${how}: ${lastWords()}`)));
    let hasCrashed = false;
    const crashed = new Promise<never>((_, reject) => {
      transport.oncrash = () => {
        hasCrashed = true;
        reject(new BrowserLaunchError('its page died while it started'));
      };
    });
    const late = new Promise<never>((_, reject) => {
      const fail = () => reject(new BrowserLaunchError(`no answer in ${options.launchMs} ms: ${lastWords()}`));
      setTimeout(fail, options.launchMs).unref();
    });
    const aborted = new Promise<never>((_, reject) => {
      const fail = () => reject(new BrowserLaunchError('stopped while starting'));
      if (options.signal?.aborted) fail();
      options.signal?.addEventListener('abort', fail, { once: true });
    });
    const connecting = puppeteer
      .connect({ transport, defaultViewport: null, protocolTimeout: 180_000 })
      .then(async (browser) => {
        connection = browser;
        return { browser, page: await firstPage(browser) };
      });
    for (const promise of [failed, crashed, late, aborted, connecting]) promise.catch(() => undefined);
    const { browser, page } = await Promise.race([connecting, failed, crashed, late, aborted]);
    return { browser, page, pid: child.pid ?? 0, exited, hasCrashed: () => hasCrashed, end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function firstPage(browser: Browser): Promise<Page> {
  const target = await browser.waitForTarget((candidate) => candidate.type() === 'page');
  return (await target.page()) ?? (await browser.newPage());
}

async function endGroup(
  child: ChildProcess,
  connection: () => Browser | null,
  claim: Claim,
  exited: Promise<string>,
  stepMs: number,
): Promise<void> {
  const group = child.pid;
  if (group !== undefined) {
    const closed = connection()
      ?.close()
      .catch(() => undefined);
    if (closed) await Promise.race([exited, after(stepMs)]);
    if (isRunning(child)) {
      signalGroup(group, 'SIGTERM');
      // Who did not hear the first word hardly hears the second.
      await Promise.race([exited, after(stepMs / 4)]);
    }
    const left = await waitUntilGone(group, null, isRunning(child) ? 0 : 500);
    if (left.length > 0 || isRunning(child)) {
      signalGroup(group, 'SIGKILL');
      await waitUntilGone(group, null, stepMs);
    }
    // Children of it that left the group may still hold the profile. But while this process was paused another one may have taken
    // the session over, and a browser of its own on the same profile is none of ours.
    if (!isSuperseded(claim)) await endOthersOn(claim).catch(() => undefined);
  }
  connection()?.disconnect();
  for (const stream of child.stdio) stream?.destroy();
  await releaseProfile(claim);
}

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

const after = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });

function browserEnv(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && passed.test(name)) env[name] = value;
  return env;
}

/** The last lines that the browser wrote, for the message of a failed start. */
function readLastWords(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (chunk: string) => {
    text = (text + chunk).slice(-2000);
  });
  return () => text.trim().split('\n').slice(-3).join(' | ') || 'it said nothing';
}

/** How many processes a running browser has; 0 when it is gone. For tests and for the memory metric. */
export async function countProcesses(pid: number): Promise<number> {
  return (await listProcesses()).filter((row) => row.group === pid).length;
}
