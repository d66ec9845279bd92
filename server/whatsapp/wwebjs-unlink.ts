import type { Page } from 'puppeteer-core';
import { wasNavigation } from './wwebjs-client';
import { pause, within } from './wwebjs-deadline';
import { askLogout, readLevel } from './wwebjs-page';

/**
 * Asks the page to unlink the device, and gives it two seconds to show that it did before its browser is closed.
 * @returns whether WhatsApp was told; false when the page has no logout, refuses, or does not answer in `ms`
 */
export async function unlinkDevice(page: Page, ms: number): Promise<boolean> {
  const asking = async (): Promise<boolean> => {
    const asked = await page.evaluate(askLogout);
    for (const until = Date.now() + 2000; asked && Date.now() < until; await pause(100)) {
      const level = await page.evaluate(readLevel);
      if (level.state?.startsWith('UNPAIRED')) break;
    }
    return asked;
  };
  // A page that goes on to another document while it is asked has done it.
  return within(ms, 'logout', asking()).catch(wasNavigation);
}
