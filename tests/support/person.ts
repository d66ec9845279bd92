import type { Browser, Locator, Page } from 'playwright-core';
import en from '@/app/_lib/i18n/en.json';
import es from '@/app/_lib/i18n/es.json';
import { createOmniClient } from '@/server/client';
import type { StatusWord } from '@/server/whatsapp/schema';
import { readQr } from './read-qr';
import type { Sandbox } from './sandbox';
import { waitUntil } from './wait-until';

export type PersonOptions = {
  url: string;
  name: string;
  locale?: 'es' | 'en';
  viewport?: { width: number; height: number };
  touch?: boolean;
};

export const PASSWORD = 'una-clave-larga-42';

/** A person at a browser of their own: what is done here is done by keys, clicks and looking. */
export async function createPerson(browser: Browser, options: PersonOptions) {
  const { url, name, locale = 'es', viewport = { width: 1280, height: 800 }, touch = false } = options;
  const words = locale === 'es' ? es : en;
  const email = `${name
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/[^a-z]/g, '')}@example.com`;
  const context = await browser.newContext({
    baseURL: url,
    locale: locale === 'es' ? 'es-AR' : 'en-US',
    viewport,
    hasTouch: touch,
    isMobile: touch,
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const troubles: string[] = [];
  watch(page, troubles);

  const message = (text: string, status?: string): Locator =>
    page.locator(`[data-testid=message]${status ? `[data-status=${status}]` : ''}`).filter({ hasText: text });
  const row = (who: string): Locator => page.getByTestId('chat-row').filter({ hasText: who });
  const composer = page.getByTestId('composer');
  const status = (word: StatusWord): Locator => page.locator(`[data-testid=connection-status][data-status=${word}]`);

  async function fillIn(fields: Partial<Record<'name' | 'email' | 'password', string>>): Promise<void> {
    for (const [field, value] of Object.entries(fields)) await page.locator(`input[name=${field}]`).fill(value);
  }
  async function login(password = PASSWORD): Promise<void> {
    await page.goto('/login');
    await fillIn({ email, password });
    await page.getByRole('button', { name: words.auth.login.submit }).click();
  }
  async function startLink(): Promise<void> {
    await page.goto('/connect');
    await page.getByRole('button', { name: words.connect.start.button }).click();
  }
  async function waitConnected(): Promise<void> {
    await status('connected').waitFor({ timeout: 30_000 });
  }

  return {
    name,
    email,
    page,
    words,
    composer,
    message,
    row,
    status,
    fillIn,
    login,
    startLink,
    waitConnected,
    /** What stands above the list or the box while WhatsApp is not connected. */
    notice: (text: string) =>
      page.getByTestId('link-notice').filter({ hasText: text }).filter({ visible: true }).first(),
    banner: (state: 'nothing' | 'reconnecting' | 'back') =>
      page.locator(`[data-testid=live-banner][data-state=${state}]`),
    readQr: (before?: string) => readQr(page, before),

    async register(): Promise<void> {
      await page.goto('/register');
      await fillIn({ name, email, password: PASSWORD });
      await page.getByRole('button', { name: words.auth.register.submit }).click();
      await page.getByRole('navigation', { name: words.nav.main }).waitFor();
    },

    /** From the start page to "connected", by the QR on the screen. */
    async linkByQr(sandbox: Sandbox, phone: string): Promise<void> {
      await startLink();
      await sandbox.scan(phone, await readQr(page));
      await waitConnected();
    },

    /** Opens a conversation from the list. */
    async openChat(who: string): Promise<void> {
      if (!new URL(page.url()).pathname.startsWith('/chats')) await page.goto('/chats');
      await row(who).click();
      // the conversation that was open before has a thread too
      await row(who).and(page.locator('[aria-current=true]')).waitFor({ state: 'attached' });
      await page.getByTestId('thread').waitFor();
    },
    /** Opens a conversation with a typed number. */
    async startChat(phone: string): Promise<void> {
      if (!new URL(page.url()).pathname.startsWith('/chats')) await page.goto('/chats');
      await page.getByRole('button', { name: words.chat.list.new }).first().click();
      await page.locator('#new-chat-phone').fill(phone);
      await page.getByRole('button', { name: words.chat.start.submit }).click();
    },
    async send(text: string): Promise<void> {
      await composer.fill(text);
      await composer.press('Enter');
    },
    /** Every status that this message shows from now on, in order; the page is watched from inside, so none is missed. */
    async watchStatuses(text: string): Promise<() => Promise<string[]>> {
      await page.evaluate((wanted) => {
        const seen: string[] = [];
        Object.assign(window, { [`seen:${wanted}`]: seen });
        const look = () => {
          for (const found of document.querySelectorAll<HTMLElement>('[data-testid=message]')) {
            const now = found.dataset.status ?? '';
            if (found.textContent?.includes(wanted) && seen.at(-1) !== now) seen.push(now);
          }
        };
        new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
      }, text);
      return () => page.evaluate((wanted) => Reflect.get(window, `seen:${wanted}`) as string[], text);
    },

    /**
     * The whole open conversation as the page shows it, oldest first: read from the top down, since only what is in sight is drawn.
     */
    async readThread(): Promise<string[]> {
      const thread = page.getByTestId('thread');
      await waitUntil('the start of the conversation', async () => {
        await thread.evaluate((element) => element.scrollTo({ top: 0 }));
        return (await page.getByText(words.chat.thread.start).count()) > 0;
      });
      const texts = new Map<string, string>();
      await waitUntil('the end of the conversation', async () => {
        const shown = await thread
          .getByTestId('message')
          .evaluateAll((found: HTMLElement[]) =>
            found.map(({ dataset, innerText }) => [dataset.messageId ?? '', innerText.split('\n')[0] ?? ''] as const),
          );
        for (const [id, text] of shown) texts.set(id, text);
        return thread.evaluate((element) => {
          const before = element.scrollTop;
          element.scrollBy({ top: element.clientHeight / 2 });
          return element.scrollTop === before;
        });
      });
      return [...texts.values()];
    },

    /** The same account over the API: what the server says, beside what the page shows. Close it. */
    async api() {
      let token: string | null = null;
      const client = createOmniClient({ url, token: () => token, locale });
      ({ token } = await client.trpc.auth.login.mutate({ email, password: PASSWORD }));
      return client;
    },

    /** Errors on the console, uncaught ones and refused content, since the start or the last call; `expected` are left out. */
    takeTroubles(expected: RegExp[] = []): string[] {
      return troubles.splice(0).filter((trouble) => !expected.some((pattern) => pattern.test(trouble)));
    },
    async close(): Promise<void> {
      await context.close();
    },
  };
}

export type Person = Awaited<ReturnType<typeof createPerson>>;
export type Api = Awaited<ReturnType<Person['api']>>;

/** The browser says by itself what it refused (CSP) and what failed to load, as errors on the console. */
function watch(page: Page, troubles: string[]): void {
  page.on('console', (said) => {
    if (said.type() === 'error') troubles.push(`${page.url()}: ${said.text()}`);
  });
  page.on('pageerror', (error) => troubles.push(`${page.url()}: ${error.message}`));
}

/** Every message of a conversation as the server has it, oldest first. */
export async function allMessages({ trpc }: Api, chatId: string) {
  const pages = [];
  let cursor: string | undefined;
  do {
    const page = await trpc.chats.messages.query({ chatId, cursor, limit: 100 });
    pages.unshift(page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return pages.flat();
}

/** The conversation with this number or name, once the server has it. */
export function chatWith({ trpc }: Api, who: string) {
  return waitUntil(`a chat with ${who}`, async () => {
    const { items } = await trpc.chats.list.query({ limit: 100 });
    return items.find(({ phone, name }) => phone === who || name === who);
  });
}
