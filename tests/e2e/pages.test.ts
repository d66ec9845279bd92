import type { Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import { PASSWORD } from '@/tests/support/person';
import { createTwilioPeer, postForm, TWILIO_NUMBER, TWILIO_SID } from '@/tests/support/twilio-peer';
import { waitUntil } from '@/tests/support/wait-until';
import { setStage } from './stage';

const twilio = await createTwilioPeer();
const stage = setStage({ env: twilio.env });
afterAll(() => twilio.close());

const bakery = '+5491123456789';
const florist = '+5215512345678';
const carla = '+5491134567890';
const diego = '+5491145678901';

/** Nothing sticks out at the side. */
const fits = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);

test('what came in over Twilio for nobody is on the admin’s page, on a phone as well', async () => {
  const jefa = await stage.person('Jefa', { viewport: { width: 390, height: 844 } });
  const { page, words } = jefa;
  const { unclaimed } = words.admin;
  const rows = page.getByTestId('unclaimed-message');
  const comesIn = async (index: number, more: Record<string, string> = {}) => {
    const answer = await postForm(`${stage.server.url}/api/v1/webhooks/twilio`, {
      MessageSid: `SM${index}`,
      SmsStatus: 'received',
      AccountSid: TWILIO_SID,
      From: 'whatsapp:+5491199999999',
      To: `whatsapp:${TWILIO_NUMBER}`,
      Body: `Mensaje ${index}.`,
      ProfileName: 'Carla',
      NumMedia: '0',
      ...more,
    });
    expect(answer.status).toBe(200);
  };
  await jefa.register();
  await page.goto('/admin');
  await page.getByText(unclaimed.empty).waitFor();
  for (let index = 1; index <= 20; index += 1) await comesIn(index);
  const photo = { NumMedia: '1', MediaContentType0: 'image/jpeg', MediaUrl0: 'https://twilio.invalid/1' };
  await comesIn(21, { ...photo, Body: 'x'.repeat(400) });
  await page.reload();
  await rows.filter({ hasText: 'Mensaje 20.' }).getByText('+54 9 11 9999 9999').waitFor();
  await rows.first().getByText(words.chat.kind.image).waitFor();
  await rows.first().getByText('+1 415 523 8886').waitFor();
  expect(await rows.count()).toBe(20);
  expect(await fits(page)).toBe(true);

  await page.getByRole('button', { name: unclaimed.older }).focus();
  await page.keyboard.press('Enter');
  await rows.filter({ hasText: 'Mensaje 1.' }).waitFor();
  expect(await rows.count()).toBe(1);
  // where nothing is older, whoever came by keyboard still stands
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await rows.filter({ hasText: 'Mensaje 20.' }).waitFor();
});

test('the keyboard alone leads from the login page to a message that is sent', async () => {
  const { sandbox } = stage;
  await sandbox.createAccount({ phone: bakery, name: 'Panadería La Espiga' });
  await sandbox.createAccount({ phone: carla, name: 'Carla' });
  await sandbox.createAccount({ phone: diego, name: 'Diego' });
  await sandbox.say({ from: diego, to: bakery, text: 'Hola, soy Diego' });
  await sandbox.say({ from: carla, to: bakery, text: 'Hola, soy Carla' });
  const ana = await stage.person('Ana');
  await ana.register();
  await ana.linkByQr(sandbox, bakery);
  await ana.page.context().clearCookies();

  const { keyboard } = ana.page;
  const focused = () =>
    ana.page.evaluate(() => document.activeElement?.getAttribute('name') ?? document.activeElement?.textContent);
  const tabTo = (what: string) =>
    waitUntil(`the focus on ${what}`, async () => {
      await keyboard.press('Tab');
      return (await focused())?.includes(what);
    });
  // the page that she was on may be on its way there by itself, and one of the two gives up
  await waitUntil('the login page', () => ana.page.goto('/login'));
  await tabTo('email');
  await keyboard.type(ana.email);
  await tabTo('password');
  await keyboard.type(PASSWORD);
  await keyboard.press('Enter');
  await ana.page.getByRole('navigation', { name: ana.words.nav.main }).waitFor();

  await keyboard.press('Control+k');
  await ana.page.waitForURL('**/chats');
  await ana.row('Carla').waitFor();
  await keyboard.press('Control+k');
  await keyboard.type('Diego');
  await ana.row('Carla').waitFor({ state: 'detached' });
  await tabTo('Hola, soy Diego');
  await keyboard.press('Enter');
  await ana.message('Hola, soy Diego').waitFor();
  await keyboard.type('Sin tocar el ratón');
  await keyboard.press('Shift+Enter');
  await keyboard.type('en dos renglones');
  await keyboard.press('Enter');
  await ana.message('en dos renglones', 'delivered').waitFor();
  const [, sent] = await sandbox.messagesOf(diego, bakery);
  expect(sent?.body).toBe('Sin tocar el ratón\nen dos renglones');

  await keyboard.press('Escape');
  await keyboard.press('?');
  await ana.page.getByRole('dialog', { name: ana.words.shortcuts.title }).waitFor();
  await keyboard.press('Escape');
  await keyboard.press('Escape');
  await ana.row('Carla').waitFor();
  await keyboard.press('Escape');
  await ana.page.waitForURL('**/chats');
  await keyboard.press('n');
  await ana.page.getByRole('dialog', { name: ana.words.chat.start.title }).waitFor();
  await keyboard.type('11 3456 7890');
  await keyboard.press('Enter');
  await ana.message('Hola, soy Carla').waitFor();
  await keyboard.press('Alt+j');
  await ana.message('Hola, soy Carla').or(ana.message('Hola, soy Diego')).first().waitFor();
});

test('the pages speak Spanish and English, and remember which', async () => {
  const beto = await stage.person('Beto');
  const { es, en } = { es: beto.words, en: (await stage.person('Bob', { locale: 'en' })).words };
  const language = () => beto.page.evaluate(() => document.documentElement.lang);
  await beto.page.goto('/login');
  await beto.page.getByRole('heading', { name: es.auth.login.title }).waitFor();
  expect(await language()).toMatch(/^es/);
  await beto.page.getByRole('button', { name: es.language.en }).click();
  await beto.page.getByRole('heading', { name: en.auth.login.title }).waitFor();
  expect(await language()).toMatch(/^en/);
  await beto.page.reload();
  await beto.page.getByRole('heading', { name: en.auth.login.title }).waitFor();
  await beto.page.getByRole('button', { name: en.language.es }).click();
  await beto.page.getByRole('heading', { name: es.auth.login.title }).waitFor();

  await beto.register();
  await beto.page.goto('/settings');
  await beto.page.getByRole('radio', { name: es.language.en }).click();
  await beto.page.getByRole('heading', { name: en.settings.title }).waitFor();
  await beto.page.goto('/connect');
  await beto.page.getByRole('heading', { name: en.connect.start.title }).waitFor();
  // what the server says follows
  await beto.page.getByRole('radio', { name: en.connect.methodCode }).click();
  await beto.page.locator('input[name=phone]').fill('12');
  await beto.page.getByRole('button', { name: en.connect.code.button }).click();
  await beto.page.getByText('That does not look like a phone number.').waitFor();
  expect(beto.takeTroubles([/status of 400/])).toEqual([]);
});

test('on a phone the main path is the same, and nothing sticks out at the side', async () => {
  const { sandbox } = stage;
  await sandbox.createAccount({ phone: florist, name: 'Flores Xochitl' });
  await sandbox.say({ from: carla, to: florist, text: 'Hola, ¿tienen rosas?' });
  const eva = await stage.person('Eva', { viewport: { width: 390, height: 844 }, touch: true });
  const { page } = eva;
  await page.goto('/register');
  expect(await fits(page)).toBe(true);
  await eva.register();
  await eva.startLink();
  const text = await eva.readQr();
  expect(await fits(page)).toBe(true);
  await sandbox.scan(florist, text);
  await eva.waitConnected();
  expect(await fits(page)).toBe(true);

  await page.getByRole('link', { name: eva.words.connect.connected.goToChats }).tap();
  await eva.row('Carla').waitFor();
  expect(await fits(page)).toBe(true);
  await eva.row('Carla').tap();
  await eva.message('Hola, ¿tienen rosas?').waitFor();
  expect(await eva.row('Carla').isVisible()).toBe(false);
  await eva.composer.tap();
  await page.keyboard.type('Sí, rojas');
  // on a phone Enter is a new line, and the button sends
  await page.keyboard.press('Enter');
  await page.keyboard.type('y blancas');
  await page.getByTestId('send').tap();
  await eva.message('y blancas', 'delivered').waitFor();
  expect((await sandbox.messagesOf(carla, florist)).at(-1)?.body).toBe('Sí, rojas\ny blancas');
  expect(await fits(page)).toBe(true);
  await page.getByRole('button', { name: eva.words.chat.thread.backToList }).tap();
  await eva.row('Carla').waitFor();
  await page.goto('/settings');
  await page.getByRole('heading', { name: eva.words.settings.title }).waitFor();
  expect(await fits(page)).toBe(true);
  await page.getByRole('link', { name: eva.words.settings.apiOpen }).tap();
  await page.waitForURL('**/docs');
});

test('markup that gets into a page runs nothing, and the browser says so', async () => {
  const gina = await stage.person('Gina');
  await gina.page.goto('/login');
  await gina.page.evaluate(() => {
    document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.ran = true">');
  });
  const refusals: string[] = [];
  await waitUntil('the refusal', () => {
    refusals.push(...gina.takeTroubles());
    return refusals.some((trouble) => trouble.includes('Content Security Policy'));
  });
  expect(await gina.page.evaluate(() => 'ran' in window)).toBe(false);
});

test('a page that is not there says so, in the dark as well', async () => {
  const fede = await stage.person('Fede');
  await fede.page.emulateMedia({ colorScheme: 'dark' });
  await fede.register();
  await fede.page.goto('/no-existe');
  await fede.page.getByText(fede.words.errors.notFound).waitFor();
  await fede.page.goto('/chats/no-es-un-chat');
  await fede.page.getByText(fede.words.chat.thread.notFound).waitFor();
  const [red = 255] =
    (await fede.page.evaluate(() => getComputedStyle(document.body).backgroundColor)).match(/\d+/g) ?? [];
  expect(Number(red)).toBeLessThan(60);
  expect(fede.takeTroubles([/status of (400|404)/])).toEqual([]);
});
