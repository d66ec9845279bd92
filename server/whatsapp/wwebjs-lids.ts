import type { Page } from 'puppeteer-core';
import { findPhoneOfLid } from './wwebjs-chat-page';
import { within } from './wwebjs-deadline';
import { isLid, phoneOf } from './wwebjs-ids';

/** How long an unanswered question is not asked again, ms. */
const forgetMs = 10 * 60_000;

export type LidBook = {
  /** E.164 with `+`; null when unknown (or not asked yet). */
  phoneOf: (lid: string) => string | null;
  /** Looks a hidden number up in the page, once; never fails and never takes long. */
  learn: (chat: string) => Promise<void>;
  /** What a call has told about a hidden number. */
  remember: (lid: string, phone: string) => void;
};

/** Which phone is behind which hidden number (@lid), as far as the page knows. */
export function createLidBook(page: Page): LidBook {
  const known = new Map<string, string>();
  const asked = new Map<string, number>();
  return {
    phoneOf: (lid) => known.get(lid) ?? null,
    remember: (lid, phone) => void known.set(lid, phone),
    async learn(chat) {
      if (!isLid(chat) || known.has(chat) || Date.now() - (asked.get(chat) ?? 0) < forgetMs) return;
      asked.set(chat, Date.now());
      const found = await within(2000, 'hidden number', page.evaluate(findPhoneOfLid, chat)).catch(() => null);
      const phone = found ? phoneOf(found) : null;
      if (phone) known.set(chat, phone);
    },
  };
}
