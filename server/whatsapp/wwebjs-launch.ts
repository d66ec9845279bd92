import type { ClientOptions } from 'whatsapp-web.js';
import { launchBrowser, type OwnedBrowser } from './browser';
import { readBrowserMajor, recordBrowserMajor } from './browser-profile';
import type { EngineFailure } from './engine';
import { ProfileAuth } from './wwebjs-auth';
import { within } from './wwebjs-deadline';
import type { Deadlines, WwebjsDeps } from './wwebjs-settings';
import { type UserAgent, userAgentOf } from './wwebjs-user-agent';

/** A start that failed for a reason that the port has a name for. */
export class StartError extends Error {
  override name = 'StartError';
  constructor(readonly failure: EngineFailure) {
    super(failure.detail);
  }
}

export type Launched = { owned: OwnedBrowser; userAgent: UserAgent };

const lookUp = async <T extends string | number | Record<string, string>>(value: T | (() => Promise<T>)): Promise<T> =>
  typeof value === 'function' ? value() : value;

/**
 * Starts the browser on the profile, unless it is older than the one that wrote it last: Chromium up to 148 silently drops all
 * IndexedDB of a profile that 149 or later wrote, and with it WhatsApp's keys, for good.
 */
export async function launch(
  deps: WwebjsDeps,
  deadlines: Deadlines,
  place: { profileDir: string; epoch: number },
  ended: AbortSignal,
): Promise<Launched> {
  const { profileDir } = place;
  const find = async (): Promise<[string, number]> => [
    await lookUp(deps.executablePath),
    await lookUp(deps.browserMajor),
  ];
  const [executablePath, expected] = await within(deadlines.lookupMs, 'browser lookup', find(), ended).catch(
    (error: unknown) => {
      throw new StartError({
        code: isTooOld(error) ? 'BROWSER_TOO_OLD' : 'BROWSER_NOT_FOUND',
        detail: error instanceof Error ? error.message : String(error),
      });
    },
  );
  const recorded = (await readBrowserMajor(profileDir)) ?? 0;
  refuseOlder(expected, recorded);
  const owned = await launchBrowser({
    executablePath,
    ...place,
    args: deps.chromiumArgs,
    userAgent: userAgentOf(String(expected)).userAgent,
    env: await lookUp(deps.browserEnv ?? {}),
    launchMs: deadlines.launchMs,
    endMs: deadlines.endMs,
    signal: ended,
  });
  try {
    // What it says of itself counts, and no page of WhatsApp's origin has been opened yet.
    const version = (await owned.browser.version()).split('/')[1] ?? String(expected);
    const major = Number.parseInt(version, 10);
    refuseOlder(major, recorded);
    await recordBrowserMajor(profileDir, major);
    return { owned, userAgent: userAgentOf(version) };
  } catch (error) {
    await owned.end();
    throw error;
  }
}

const isTooOld = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'BROWSER_TOO_OLD';

function refuseOlder(major: number, recorded: number): void {
  if (major >= recorded) return;
  const detail = `this profile was last opened by version ${recorded}; version ${major} would destroy its keys`;
  throw new StartError({ code: 'BROWSER_TOO_OLD', detail });
}

/** The library's options: the page's version goes to it as it is, and its cache never writes into the working directory. */
export function clientOptions(deps: WwebjsDeps): ClientOptions {
  const pinned = deps.webVersion && deps.webCachePath;
  return {
    authStrategy: new ProfileAuth() as unknown as ClientOptions['authStrategy'],
    webVersion: deps.webVersion,
    webVersionCache: pinned ? { type: 'local', path: deps.webCachePath, strict: true } : { type: 'none' },
    authTimeoutMs: 30_000,
  };
}
