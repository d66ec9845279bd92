import { expect, test } from 'vitest';
import { SandboxError } from '@/tests/support/sandbox';
import { waitUntil } from '@/tests/support/wait-until';
import { setStage } from './stage';

// the first code of a page lives so short that a renewal can be seen
const stage = setStage({ sandbox: { qrSeconds: [8, 60] } });
const bakery = '+5491123456789';
const florist = '+5215512345678';

const devicesOf = async (phone: string) =>
  (await stage.sandbox.accounts()).find((account) => account.phone === phone)?.devices ?? [];

test('a person links a phone by the QR on the screen, and is still connected after a reload', async () => {
  const { sandbox } = stage;
  await sandbox.createAccount({ phone: bakery, name: 'Panadería La Espiga' });
  const ana = await stage.person('Ana');
  await ana.register();
  await ana.linkByQr(sandbox, bakery);
  expect(await ana.page.getByTestId('own-number').textContent()).toBe('+54 9 11 2345 6789');
  await ana.page.getByText('Panadería La Espiga').waitFor();

  await ana.page.reload();
  await ana.waitConnected();
  expect(await devicesOf(bakery)).toMatchObject([{ online: true }]);

  // stopped and resumed, by the link that was kept
  const { connected, disconnected } = ana.words.connect;
  await ana.page.getByRole('button', { name: connected.stop, exact: true }).click();
  await ana.status('disconnected').waitFor();
  await waitUntil('no browser to be left', async () => (await stage.server.browsers()).length === 0);
  await ana.page.getByRole('button', { name: disconnected.resume }).click();
  await ana.waitConnected();
  expect(await devicesOf(bakery)).toHaveLength(1);
});

test('a QR that ran out gives way to a new one by itself, and only the new one links', async () => {
  const { sandbox } = stage;
  await sandbox.createAccount({ phone: florist, name: 'Flores Xochitl' });
  const beto = await stage.person('Beto');
  await beto.register();
  await beto.startLink();
  const first = await beto.readQr();
  const second = await beto.readQr(first);
  const refusal = await sandbox.scan(florist, first).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(SandboxError);
  expect(refusal).toMatchObject({ code: 'QR_EXPIRED' });
  expect(await devicesOf(florist)).toEqual([]);
  await sandbox.scan(florist, second);
  await beto.waitConnected();
});

test('a person links a phone by a pairing code', async () => {
  const { sandbox } = stage;
  const phone = '+5493516677889';
  await sandbox.createAccount({ phone, name: 'Julián' });
  const carla = await stage.person('Carla');
  await carla.register();
  await carla.page.goto('/connect');
  await carla.page.getByRole('radio', { name: carla.words.connect.methodCode }).click();
  await carla.page.locator('input[name=phone]').fill('351 667 7889');
  await carla.page.getByRole('button', { name: carla.words.connect.code.button }).click();
  const shown = carla.page.getByTestId('pairing-code');
  await shown.waitFor();
  const code = ((await shown.innerText()).match(/[A-Z0-9]/g) ?? []).slice(0, 8).join('');
  expect(code).toMatch(/^[1-9A-HJ-NP-TV-Z]{8}$/);

  const wrong = await sandbox.linkByCode(phone, '11111111').catch((error: unknown) => error);
  expect(wrong).toMatchObject({ code: 'CODE_WRONG' });
  await sandbox.linkByCode(phone, code);
  await carla.waitConnected();
  expect(await carla.page.getByTestId('own-number').textContent()).toBe('+54 9 351 667 7889');
});

test('who stops before scanning is back at the start, and no browser is left for them', async () => {
  const dora = await stage.person('Dora');
  await dora.register();
  await dora.startLink();
  await dora.readQr();
  const before = (await stage.server.browsers()).length;
  await dora.page.getByRole('button', { name: dora.words.connect.cancel, exact: true }).click();
  await dora.status('not_connected').waitFor();
  await waitUntil('the browser to end', async () => (await stage.server.browsers()).length < before);
  expect(await stage.sandbox.waitingPages()).toEqual([]);
});
