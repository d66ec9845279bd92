import { afterAll, expect, test } from 'vitest';
import { createMailPeer, type MailPeer } from '@/tests/support/mail-peer';
import { waitUntil } from '@/tests/support/wait-until';
import { setStage } from './stage';

const mail: MailPeer = await createMailPeer();
const stage = setStage({ env: mail.env });
afterAll(() => mail.close());

test('a forgotten password is set with the link of a mail, from the page and back to the chats', async () => {
  const ana = await stage.person('Ana');
  await ana.register();
  const elsewhere = await stage.person('Ana');
  const { page, words } = elsewhere;
  await page.goto('/login');
  await page.getByRole('link', { name: words.auth.reset.link }).click();
  await page.waitForURL('**/reset');
  await page.getByRole('button', { name: words.auth.reset.ask }).click();
  await page.getByText(words.auth.field.email).waitFor();
  await page.locator('input[name=email]').fill(ana.email);
  await page.getByRole('button', { name: words.auth.reset.ask }).click();
  await page.getByRole('status').getByText(words.auth.reset.sent).waitFor();

  const got = await waitUntil('the mail', () => mail.mails.find(({ to }) => to.includes(ana.email)), 30);
  const text = got.raw.replace(/=\r?\n/g, '').replaceAll('=3D', '=');
  const link = /https?:\/\/\S+\/reset\?token=[\w.-]+/.exec(text)?.[0] ?? '';
  expect(link).toContain(stage.server.url);
  expect(text).toContain(`<a href="${link}">`);
  await page.goto(link);
  await page.locator('input[name=password]').fill('corta');
  await page.getByRole('button', { name: words.auth.reset.submit }).click();
  await page.getByText(words.auth.field.password).waitFor();
  await page.locator('input[name=password]').fill('una-clave-nueva-42');
  await page.getByRole('button', { name: words.auth.reset.submit }).click();
  await page.getByRole('heading', { name: words.auth.reset.done.title }).waitFor();

  // the link is used up, and whoever was signed in is not any more
  await page.goto(link);
  await page.locator('input[name=password]').fill('otra-clave-nueva-43');
  await page.getByRole('button', { name: words.auth.reset.submit }).click();
  await page.getByRole('heading', { name: words.auth.reset.over.title }).waitFor();
  await ana.page.waitForURL('**/login**');

  // one that is none, or was cut off by a mail program, says so before anything is typed, and leads to another
  for (const token of ['garabato', link.slice(0, -80).split('=')[1]]) {
    await page.goto(`/reset?token=${token}`);
    await page.getByRole('heading', { name: words.auth.reset.over.title }).waitFor();
    expect(await page.locator('input').count()).toBe(0);
  }
  await page.getByRole('link', { name: words.auth.reset.over.ask }).click();
  await page.locator('input[name=email]').waitFor();
  await page.getByRole('link', { name: words.auth.reset.back }).click();
  await page.waitForURL('**/login');
  await elsewhere.fillIn({ email: ana.email, password: 'una-clave-nueva-42' });
  await page.getByRole('button', { name: words.auth.login.submit }).click();
  await page.getByRole('navigation', { name: words.nav.main }).waitFor();
  expect(elsewhere.takeTroubles([/status of 401/])).toEqual([]);
  expect(ana.takeTroubles([/status of 401/])).toEqual([]);
});
