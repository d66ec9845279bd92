import type { Page } from 'puppeteer-core';
import { DeadlineError, within } from './wwebjs-deadline';
import { type Level, readLevel } from './wwebjs-page';
import type { Deadlines } from './wwebjs-settings';

export type Watch = {
  /** Looks at once, for what an event has hinted at. */
  look: () => void;
  stop: () => void;
};

/**
 * Looks at what the page says about itself, again and again, because its events are edges that are easily missed. One look at
 * a time. A look is also the probe for a page that no longer answers: it is given long, since a busy page is not a dead one, and
 * twice as long while we ourselves have given it work.
 */
export function watchPage(options: {
  page: Page;
  deadlines: Deadlines;
  /** Until the next look, ms. */
  interval: () => number;
  /** Whether calls of ours are under way in the page. */
  isBusy: () => boolean;
  onLevel: (level: Level) => void;
  onDeaf: () => void;
}): Watch {
  const { page, deadlines, interval, isBusy, onLevel, onDeaf } = options;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let busy = false;
  let again = false;
  let stopped = false;

  async function probe(): Promise<Level> {
    const asking = page.evaluate(readLevel);
    try {
      return await within(deadlines.deafMs, 'probe', asking);
    } catch (error) {
      if (!(error instanceof DeadlineError) || !isBusy()) throw error;
      return await within(deadlines.deafMs, 'probe', asking);
    }
  }

  async function look(): Promise<void> {
    if (stopped) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    clearTimeout(timer);
    try {
      const level = await probe();
      if (!stopped) onLevel(level);
    } catch (error) {
      // Between two documents there is nobody to ask; a page that is gone is reported by its own events.
      if (error instanceof DeadlineError && !stopped) onDeaf();
    } finally {
      busy = false;
      if (!stopped) timer = setTimeout(() => void look(), again ? 0 : interval());
      again = false;
    }
  }

  void look();
  return {
    look: () => void look(),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
