import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, allMessages, chatWith, type Person } from '@/tests/support/person';
import { waitUntil } from '@/tests/support/wait-until';
import { setStage } from './stage';

const stage = setStage();
const bakery = '+5491123456789';
const florist = '+5215512345678';
const carla = '+5491134567890';
let ana: Person;
let api: Api;
let chatId: string;

beforeAll(async () => {
  const { sandbox } = stage;
  await sandbox.createAccount({ phone: bakery, name: 'Panadería La Espiga' });
  await sandbox.createAccount({ phone: florist, name: 'Flores Xochitl' });
  await sandbox.createAccount({ phone: carla, name: 'Carla' });
  await sandbox.say({ from: carla, to: bakery, text: 'Hola, ¿tienen pan?' });
  await sandbox.say({ from: carla, to: florist, text: 'Hola, ¿tienen rosas?' });
  ana = await stage.person('Ana');
  await ana.register();
  await ana.linkByQr(sandbox, bakery);
  api = await ana.api();
  chatId = (await chatWith(api, carla)).id;
});

afterAll(() => api?.close());

test('a log-out on the phone asks to link again, and the credentials go to quarantine', async () => {
  const { sandbox, server } = stage;
  expect(await server.quarantined()).toEqual([]);
  await sandbox.unlink(bakery);
  await ana.page.getByRole('heading', { name: ana.words.connect.loggedOut.title }).waitFor();
  await waitUntil('the quarantine', async () => (await server.quarantined()).length === 1);
  await waitUntil('the browser to end', async () => (await server.browsers()).length === 0);
  // what was said stays to be read, and says why nothing can be written
  await ana.openChat('Carla');
  await ana.message('Hola, ¿tienen pan?').waitFor();
  await ana.notice(ana.words.chat.notice.loggedOut).waitFor();
  await ana.composer.fill('Esto no puede salir');
  expect(await ana.page.getByTestId('send').isDisabled()).toBe(true);
  await ana.composer.fill('');
});

test('the same number goes on with the same conversations', async () => {
  const { sandbox } = stage;
  await sandbox.say({ from: carla, to: bakery, text: '¿Y medialunas?' });
  await ana.page.goto('/connect');
  await ana.page.getByRole('button', { name: ana.words.connect.loggedOut.button }).click();
  await sandbox.scan(bakery, await ana.readQr());
  await ana.waitConnected();
  await ana.openChat('Carla');
  await ana.message('Hola, ¿tienen pan?').waitFor();
  await ana.message('¿Y medialunas?').waitFor();
  expect(new URL(ana.page.url()).pathname).toBe(`/chats/${chatId}`);
  await ana.send('Sí, recién salidas');
  await ana.message('Sí, recién salidas', 'delivered').waitFor();
  const texts = (await allMessages(api, chatId)).map(({ text }) => text);
  expect(texts).toEqual(['Hola, ¿tienen pan?', '¿Y medialunas?', 'Sí, recién salidas']);
});

test('another number starts a list of its own, and the first one finds its own again', async () => {
  const { sandbox, server } = stage;
  const unlink = async () => {
    await ana.page.goto('/connect');
    await ana.page.getByRole('button', { name: ana.words.connect.connected.unlink, exact: true }).click();
    await ana.page.getByRole('button', { name: ana.words.connect.unlinkDialog.confirm }).click();
    await ana.status('not_connected').waitFor();
  };
  await unlink();
  const devices = async () => (await sandbox.accounts()).flatMap((account) => account.devices);
  expect(await devices()).toEqual([]);
  await waitUntil('the quarantine', async () => (await server.quarantined()).length === 2);

  await ana.linkByQr(sandbox, florist);
  await ana.openChat('Carla');
  await ana.message('Hola, ¿tienen rosas?').waitFor();
  expect(await ana.message('Hola, ¿tienen pan?').count()).toBe(0);
  expect(new URL(ana.page.url()).pathname).not.toBe(`/chats/${chatId}`);
  expect(await ana.page.getByTestId('chat-row').count()).toBe(1);

  await unlink();
  await ana.linkByQr(sandbox, bakery);
  await ana.openChat('Carla');
  await ana.message('Sí, recién salidas').waitFor();
  expect(new URL(ana.page.url()).pathname).toBe(`/chats/${chatId}`);
});
