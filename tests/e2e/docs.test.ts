import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '@/tests/support/browser';
import { createMailPeer, type MailPeer } from '@/tests/support/mail-peer';
import { callRest } from '@/tests/support/rest';
import { type Server, startServer } from '@/tests/support/server';
import { waitUntil } from '@/tests/support/wait-until';

/** `/docs` in a real browser that may reach nothing but this server. */

const ANA = { email: 'ana@example.com', password: 'secreto-123' };

let mail: MailPeer;
let server: Server;
let browser: Browser;
beforeAll(async () => {
  mail = await createMailPeer();
  server = await startServer({ env: mail.env });
  await callRest(server.url, 'POST /auth/register', { body: { name: 'Ana', ...ANA } });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.discard();
  await mail?.close();
});

async function open(options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const troubles: string[] = [];
  const outside: string[] = [];
  await context.route('**', (route) => {
    const url = route.request().url();
    if (url.startsWith(server.url) || url.startsWith('data:')) return route.continue();
    outside.push(url);
    return route.abort();
  });
  const page = await context.newPage();
  page.on('console', (said) => said.type() === 'error' && troubles.push(said.text()));
  page.on('pageerror', (error) => troubles.push(error.message));
  await page.goto(`${server.url}/docs`);
  await page.locator('#operations-auth-auth-login').waitFor();
  return { page, troubles, outside, close: () => context.close() };
}

const background = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

const answerOf = (operation: Locator) => operation.locator('.live-responses-table .highlight-code').first().innerText();

async function authorize(page: Page, token: string): Promise<void> {
  await page.locator('button.authorize').first().click();
  await page.locator('.modal-ux input').fill(token);
  await page.locator('.modal-ux button.authorize').click();
  await page.locator('.modal-ux button.btn-done').click();
}

describe('the docs page', () => {
  test('shows every route, from our own files, with nothing refused by its policy', async () => {
    const { page, troubles, outside, close } = await open();
    const { body } = await callRest(server.url, 'GET /openapi.json');
    const operations = Object.values(body.paths as Record<string, object>).flatMap((path) => Object.keys(path));
    expect(await page.locator('.opblock').count()).toBe(operations.length);
    expect({ troubles, outside }).toEqual({ troubles: [], outside: [] });
    const response = await fetch(`${server.url}/docs`);
    expect(response.headers.get('content-security-policy')).toMatch(
      /script-src 'self' 'nonce-[^']+' 'strict-dynamic';/,
    );
    await close();
  });

  test('tries calls: signs in as it says, then sends with the token, and with an Idempotency-Key once', async () => {
    const { page, troubles, close } = await open({ locale: 'en-US' });
    await page.getByRole('region', { name: 'How to get a token' }).getByRole('link').click();
    const login = page.locator('#operations-auth-auth-login');
    await login.locator('textarea.body-param__text').fill(JSON.stringify(ANA));
    await login.locator('button.execute').click();
    const token = /"token":\s*"([^"]+)"/.exec(await answerOf(login))?.[1] ?? '';
    expect(token.split('.')).toHaveLength(3);
    await authorize(page, token);
    const me = page.locator('#operations-auth-auth-me');
    await me.locator('.opblock-summary-control').click();
    await me.locator('button.execute').click();
    expect(await answerOf(me)).toContain(ANA.email);

    const made = await callRest(server.url, 'POST /clients', {
      token,
      body: { name: 'Carla', email: 'carla@example.com' },
    });
    const body = { clientId: made.body.id, channel: 'email', subject: 'Tu pedido', text: 'Ya está listo' };
    const send = page.locator('#operations-messages-messages-send');
    await send.locator('.opblock-summary-control').click();
    await send.locator('tr[data-param-name=Idempotency-Key] input').fill('pedido-1');
    await send.locator('textarea.body-param__text').fill(JSON.stringify(body));
    await send.locator('button.execute').click();
    const first = await answerOf(send);
    expect(first).toContain('"messageId"');
    await send.locator('button.btn-clear').click();
    await send.locator('button.execute').click();
    expect(await answerOf(send)).toBe(first);
    await waitUntil('the mail', () => mail.mails.length > 0, 30);
    const { body: kept } = await callRest(server.url, 'GET /messages', { token });
    expect(kept.total).toBe(1);
    expect(mail.mails.map(({ to }) => to)).toEqual([['carla@example.com']]);
    expect(troubles).toEqual([]);
    await close();
  });

  test('speaks the language of the browser, or the one that the dashboard was set to', async () => {
    const page = async (headers: Record<string, string>) => (await fetch(`${server.url}/docs`, { headers })).text();
    const spanish = await page({ 'accept-language': 'es-AR,es;q=0.9,en;q=0.8' });
    expect(spanish).toContain('<html lang="es">');
    expect(spanish).toContain('Cómo obtener un token');
    const english: Record<string, string>[] = [{ 'accept-language': 'en' }, { cookie: 'a=b; NEXT_LOCALE=en; c=d' }];
    for (const headers of english) {
      const found = await page(headers);
      expect(found).toContain('<html lang="en">');
      expect(found).toContain('How to get a token');
    }
  });

  test('on a phone nothing sticks out at the side, and the keyboard gets through it', async () => {
    const { page, close } = await open({ viewport: { width: 390, height: 844 }, isMobile: true, locale: 'es-AR' });
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= 390 && window.innerWidth === 390);
    expect(await fits()).toBe(true);
    const tabTo = (id: string) =>
      waitUntil(`the focus on ${id}`, async () => {
        await page.keyboard.press('Tab');
        return (await page.evaluate(() => document.activeElement?.id)) === id;
      });
    const before = await background(page);
    await tabTo('theme');
    await page.keyboard.press('Enter');
    expect(await background(page)).not.toBe(before);
    await tabTo('to-login');
    await page.keyboard.press('Enter');
    await page.locator('#operations-auth-auth-login button.execute').waitFor();
    expect(await fits()).toBe(true);
    await page.locator('button.authorize').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('.modal-ux input').waitFor();
    expect(await fits()).toBe(true);
    await page.keyboard.press('Escape');
    await page.locator('.modal-ux').waitFor({ state: 'detached' });
    await close();
  });

  test('is light or dark as the system is, or as the dashboard was set to', async () => {
    const [light, dark] = [await open({ colorScheme: 'light' }), await open({ colorScheme: 'dark' })];
    expect(await background(light.page)).not.toBe(await background(dark.page));
    await light.page.locator('#theme').click();
    expect(await background(light.page)).toBe(await background(dark.page));
    await light.page.reload();
    expect(await background(light.page)).toBe(await background(dark.page));
    await light.close();
    await dark.close();
  });
});
