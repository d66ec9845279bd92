import type { Page } from 'puppeteer-core';
import { findPhoneOfLid } from './wwebjs-chat-page';
import { PageChangedError, type RepairedClient } from './wwebjs-client';
import { pause, within } from './wwebjs-deadline';
import { digitsOf, phoneOf } from './wwebjs-ids';
import { chatModules, moduleOf, optionalModules, waitForModules } from './wwebjs-modules';
import { findMissing, loadOnDemand, readSelf, repairPage } from './wwebjs-page';
import { tryOut } from './wwebjs-try-out';
import { newToken, reserveIds, tokenOption } from './wwebjs-reserve';
import type { Deadlines, EngineLogger } from './wwebjs-settings';

export type TakeoverDeps = {
  client: RepairedClient;
  page: Page;
  fallbackVersion: string;
  deadlines: Deadlines;
  ended: AbortSignal;
  logger: EngineLogger;
};

/**
 * From a synced page to a library that listens to it: the self-check in the live page, the repairs once more (modules that
 * came after login), then the library's own handler, then our own number, and whether a send may choose its id.
 * @throws PageChangedError naming what is missing
 */
export async function takeOverPage(
  deps: TakeoverDeps,
  run: () => Promise<unknown>,
): Promise<{ phone: string; name: string; platform: string | null; reserves: boolean }> {
  const { page, deadlines, ended, logger, fallbackVersion } = deps;
  const missing = await waitForModules(page, chatModules, {
    patienceMs: deadlines.modulesMs,
    quietMs: deadlines.quietMs,
    callMs: deadlines.callMs,
  });
  if (missing.length > 0) throw new PageChangedError(missing);
  const call = <T>(phase: string, work: Promise<T>) => within(deadlines.callMs, phase, work, ended);
  const lacking = await call('module check', page.evaluate(findMissing, optionalModules));
  if (lacking.missing.length > 0) {
    logger.warn({ missing: lacking.missing }, 'the page lacks what some features need');
    // It may come when it is asked for: nobody waits for it.
    await call('module loading', page.evaluate(loadOnDemand, [...new Set(lacking.missing.map(moduleOf))]));
  }
  await call('page repair', page.evaluate(repairPage, fallbackVersion));
  const failing = await call(
    'self-check',
    page.evaluate(tryOut, { parts: ['chat' as const], ms: deadlines.callMs / 2 }),
  );
  if (failing.length > 0) throw new PageChangedError(failing);
  await within(deadlines.readyMs, 'taking over the page', run(), ended);
  const self = await findSelf(deps);
  const sample = { chat: `${digitsOf(self.phone)}@c.us`, token: newToken(), option: tokenOption };
  return { ...self, reserves: await call('id reservation', page.evaluate(reserveIds, sample)) };
}

/** The page learns its own number a little after it connects, and may know the hidden one first. */
async function findSelf({ client, page, deadlines, ended }: TakeoverDeps) {
  const until = Date.now() + deadlines.callMs;
  for (;;) {
    const self = await within(deadlines.callMs, 'own number', page.evaluate(readSelf), ended);
    const known = phoneOf(self.pn) ?? phoneOf(client.info?.wid);
    const hidden = typeof self.lid === 'string' && !known ? await page.evaluate(findPhoneOfLid, self.lid) : null;
    const phone = known ?? phoneOf(hidden);
    if (phone) return { phone, name: client.info?.pushname ?? self.name ?? '', platform: self.platform };
    if (Date.now() > until) throw new PageChangedError(['WAWebUserPrefsMeUser.getMaybeMePnUser']);
    await pause(deadlines.pollMs);
  }
}
