import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { setStage } from './stage';

const stage = setStage();
const bakery = '+5491123456789';
const lacking = ['WAWebMsgKey.newId', 'WAWebSendMsgChatAction.addAndSendMsgToChat'];
/** Until the page counts as changed: it may be slow to register its modules. */
const NOTICED = { timeout: 60_000 };

/** WhatsApp publishes another page: from now on whoever opens the page of today gets that one. */
async function publish(version: string): Promise<void> {
  const file = (name: string) => join(stage.sandbox.pageDir, `${name}.html`);
  await copyFile(file(version), file(stage.sandbox.pageVersion));
}

test('when WhatsApp changes its page, its owner and the admin are told what it lacks, and a page that suits mends it', async () => {
  const { sandbox } = stage;
  const asItWas = (await sandbox.page({ slowReadyMs: 1 })).version;
  await sandbox.createAccount({ phone: bakery, name: 'Panadería La Espiga' });
  const eva = await stage.person('Eva');
  await eva.register();
  const ana = await stage.person('Ana');
  await ana.register();
  await ana.linkByQr(sandbox, bakery);
  await eva.page.getByRole('link', { name: eva.words.nav.admin }).click();
  await eva.page.getByText(eva.words.admin.empty).waitFor();

  const changed = await sandbox.page({ missingModules: ['WAWebMsgKey', 'WAWebSendMsgChatAction'] });
  await publish(changed.version);
  const { connect } = ana.words;
  await ana.page.getByRole('button', { name: connect.connected.stop, exact: true }).click();
  await ana.page.getByRole('button', { name: connect.disconnected.resume }).click();
  await ana.page.getByRole('heading', { name: connect.changed.title }).waitFor(NOTICED);
  await ana.page.getByText(connect.changed.safeLinked).waitFor();
  await ana.page.getByTestId('next-try').waitFor();
  // the names are for who asks, by keyboard too
  expect(await ana.page.getByTestId('missing').isVisible()).toBe(false);
  await ana.page.getByText(connect.technical.title).focus();
  await ana.page.keyboard.press('Enter');
  await ana.page.getByTestId('missing').waitFor();
  expect(await ana.page.getByTestId('missing').getByRole('listitem').allInnerTexts()).toEqual(lacking);
  expect(await ana.page.getByTestId('page-version').innerText()).toBe(changed.version);
  await ana.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await ana.page.getByRole('button', { name: connect.technical.copy }).click();
  await ana.page.getByRole('button', { name: ana.words.common.copied }).waitFor();
  const copied = await ana.page.evaluate(() => navigator.clipboard.readText());
  expect(copied.split('\n')).toEqual(['WHATSAPP_CHANGED', `WhatsApp Web ${changed.version}`, ...lacking]);

  const troubled = eva.page.getByTestId('troubled-session');
  await troubled.filter({ hasText: 'Ana' }).waitFor(NOTICED);
  expect(await troubled.count()).toBe(1);
  expect(await eva.page.getByTestId('missing').getByRole('listitem').allInnerTexts()).toEqual(lacking);
  const shown = await eva.page.locator('main').innerText();
  for (const secret of [bakery, '2345 6789', 'La Espiga', ana.email]) expect(shown).not.toContain(secret);

  // a member has no such page
  expect(await ana.page.getByRole('link', { name: ana.words.nav.admin }).count()).toBe(0);
  await ana.page.goto('/admin');
  await ana.page.getByText(ana.words.admin.membersTitle).waitFor();
  await ana.page.goto('/connect');

  await publish(asItWas);
  await ana.page.getByRole('button', { name: connect.changed.retry }).click();
  await ana.waitConnected();
  await eva.page.getByText(eva.words.admin.empty).waitFor(NOTICED);
});
