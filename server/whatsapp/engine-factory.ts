import type { Config } from '@/server/config';
import type { Logger } from '@/server/logger';
import { lookUpBrowser } from './browser-lookup';
import { newestBrowserMajor } from './browser-profile';
import { reapOrphans } from './browser-reap';
import type { EngineFactory } from './engine';
import { withRoom } from './memory';
import { createWwebjsEngine } from './wwebjs';

/**
 * Engines over whatsapp-web.js as the configuration says, after what a killed process left behind was ended. The browser is looked
 * up when the first session starts: a server without one still serves its pages and says what is missing. An older browser than
 * the newest that opened a profile is refused: it would lose the link.
 */
export async function createEngineFactory(
  config: Config,
  sessionsRoot: string,
  logger: Logger,
): Promise<EngineFactory> {
  const reaped = await reapOrphans(sessionsRoot);
  if (reaped > 0) logger.warn({ processes: reaped }, 'browsers of a process that is gone were ended');
  const named = { CHROMIUM_PATH: config.CHROMIUM_PATH, PUPPETEER_EXECUTABLE_PATH: config.PUPPETEER_EXECUTABLE_PATH };
  const lookUp = async () => lookUpBrowser(named, (await newestBrowserMajor(sessionsRoot)) ?? 0);
  let found: ReturnType<typeof lookUp> | null = null;
  const browser = () => {
    found ??= lookUp();
    // one that is installed later is found at the next try
    found.catch(() => {
      found = null;
    });
    return found;
  };
  const engines = createWwebjsEngine({
    executablePath: async () => (await browser()).path,
    browserMajor: async () => (await browser()).major,
    browserEnv: async () => (await browser()).env ?? {},
    chromiumArgs: config.CHROMIUM_ARGS,
    webVersion: config.WHATSAPP_WEB_VERSION,
    webCachePath: config.WHATSAPP_WEB_CACHE_PATH,
    logger,
  });
  return withRoom(engines, { minFreeMb: config.WHATSAPP_MIN_FREE_MB, logger });
}
