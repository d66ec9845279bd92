import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '@/tests/support/browser';
import { callRest } from '@/tests/support/rest';
import { type Server, startServer } from '@/tests/support/server';

/** `/docs` in a real browser that may reach nothing but this server. */

const ANA = { email: 'ana@example.com', password: 'secreto-123' };

let server: Server;
let browser: Browser;
beforeAll(async () => {
  server = await startServer();
  await callRest(server.url, 'POST /auth/register', { body: { name: 'Ana', ...ANA } });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.discard();
});

async function open(colorScheme: 'light' | 'dark' = 'light') {
  const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 } });
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

  test('tries a call: signs in, and asks who that is with the token', async () => {
    const { page, troubles, close } = await open();
    const login = page.locator('#operations-auth-auth-login');
    await login.locator('.opblock-summary-control').click();
    await login.locator('textarea.body-param__text').fill(JSON.stringify(ANA));
    await login.locator('button.execute').click();
    const answer = await login.locator('.live-responses-table .highlight-code').first().innerText();
    const token = /"token":\s*"([^"]+)"/.exec(answer)?.[1] ?? '';
    expect(token.split('.')).toHaveLength(3);

    await page.locator('button.authorize').click();
    await page.locator('.modal-ux input[type=text], .modal-ux input[type=password]').first().fill(token);
    await page.locator('.modal-ux button.authorize').first().click();
    await page.locator('.modal-ux button.btn-done').first().click();
    const me = page.locator('#operations-auth-auth-me');
    await me.locator('.opblock-summary-control').click();
    await me.locator('button.execute').click();
    expect(await me.locator('.live-responses-table .highlight-code').first().innerText()).toContain(ANA.email);
    expect(troubles).toEqual([]);
    await close();
  });

  test('is light or dark as the system is, or as the dashboard was set to', async () => {
    const [light, dark] = [await open('light'), await open('dark')];
    expect(await background(light.page)).not.toBe(await background(dark.page));
    await light.page.locator('#theme').click();
    expect(await background(light.page)).toBe(await background(dark.page));
    await light.page.reload();
    expect(await background(light.page)).toBe(await background(dark.page));
    await light.close();
    await dark.close();
  });
});
