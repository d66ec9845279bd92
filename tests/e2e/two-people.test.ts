import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen } from '@/tests/support/listen';
import { type Api, allMessages, chatWith, type Person } from '@/tests/support/person';
import { waitUntil } from '@/tests/support/wait-until';
import { setStage } from './stage';

const stage = setStage();
const bakery = '+5491123456789';
const florist = '+5215512345678';
const carla = '+5491134567890';
let ana: Person;
let beto: Person;
let apis: { ana: Api; beto: Api };

beforeAll(async () => {
  const { sandbox } = stage;
  await sandbox.createAccount({ phone: bakery, name: 'Panadería La Espiga' });
  await sandbox.createAccount({ phone: florist, name: 'Flores Xochitl' });
  await sandbox.createAccount({ phone: carla, name: 'Carla' });
  [ana, beto] = await Promise.all([stage.person('Ana'), stage.person('Beto', { locale: 'en' })]);
  await ana.register();
  await beto.register();
  await ana.linkByQr(sandbox, bakery);
  await beto.linkByQr(sandbox, florist);
  apis = { ana: await ana.api(), beto: await beto.api() };
});

afterAll(() => {
  apis?.ana.close();
  apis?.beto.close();
});

test('two people at two browsers write to each other, and each sees only their own', async () => {
  const { sandbox } = stage;
  const heard = { ana: listen(apis.ana), beto: listen(apis.beto) };
  await ana.page.goto('/chats');
  await ana.startChat(florist);
  await ana.send('Hola flores, ¿hacen envíos?');
  await ana.message('Hola flores, ¿hacen envíos?', 'delivered').waitFor();
  await beto.page.goto('/chats');
  await beto.openChat('Panadería La Espiga');
  await beto.message('Hola flores, ¿hacen envíos?', 'received').waitFor();
  await beto.send('Claro que sí');
  await ana.message('Claro que sí', 'received').waitFor();
  await beto.message('Claro que sí', 'delivered').waitFor();

  // a third party, each of whose words are for one of them
  await sandbox.say({ from: carla, to: bakery, text: 'Secreto para la panadería' });
  await ana.row('Secreto para la panadería').waitFor();
  await sandbox.say({ from: carla, to: florist, text: 'Secreto para la florería' });
  await beto.row('Secreto para la florería').waitFor();
  expect(await ana.page.getByText('Secreto para la florería').count()).toBe(0);
  expect(await beto.page.getByText('Secreto para la panadería').count()).toBe(0);

  await waitUntil('both logs', () => heard.ana.events.length > 0 && heard.beto.events.length > 0);
  const said = { ana: JSON.stringify(heard.ana), beto: JSON.stringify(heard.beto) };
  expect(said.ana).toContain('Secreto para la panadería');
  expect(said.ana).not.toContain('Secreto para la florería');
  expect(said.beto).toContain('Secreto para la florería');
  expect(said.beto).not.toContain('Secreto para la panadería');
  expect(heard.ana.states.map(({ phoneNumber }) => phoneNumber)).not.toContain(florist);
  expect(heard.beto.states.map(({ phoneNumber }) => phoneNumber)).not.toContain(bakery);
  heard.ana.stop();
  heard.beto.stop();
});

test("with another's ids every procedure answers as if they did not exist, and changes nothing", async () => {
  const { id: chatId } = await chatWith(apis.ana, carla);
  const [message] = await allMessages(apis.ana, chatId);
  const messageId = message?.id ?? '';
  const before = await apis.ana.trpc.events.head.query();
  const { trpc } = apis.beto;
  const clientKey = crypto.randomUUID();
  const attempts = {
    get: () => trpc.chats.get.query({ chatId }),
    messages: () => trpc.chats.messages.query({ chatId }),
    send: () => trpc.chats.send.mutate({ chatId, text: 'no debería', clientKey }),
    markRead: () => trpc.chats.markRead.mutate({ chatId, upToMessageId: messageId }),
    retry: () => trpc.chats.retry.mutate({ messageId }),
  };
  for (const [name, attempt] of Object.entries(attempts)) {
    const refusal = await attempt().then(
      () => 'answered',
      (error: unknown) => error,
    );
    expect(refusal, name).toMatchObject({
      data: { app: { code: expect.stringMatching(/^(CHAT|MESSAGE)_NOT_FOUND$/) } },
    });
  }
  expect((await trpc.chats.list.query({ search: 'Secreto para la panadería' })).items).toEqual([]);
  expect(await apis.ana.trpc.events.head.query()).toEqual(before);
  expect((await stage.sandbox.messagesOf(carla, bakery)).some(({ body }) => body === 'no debería')).toBe(false);

  // and the page of another's conversation is not there
  await beto.page.goto(`/chats/${chatId}`);
  await beto.page.getByText(beto.words.chat.thread.notFound).waitFor();
  expect(beto.takeTroubles([/status of 404/])).toEqual([]);
});

test("what one does with their own link leaves the other's alone", async () => {
  await beto.page.goto('/connect');
  await beto.page.getByRole('button', { name: beto.words.connect.connected.stop, exact: true }).click();
  await beto.status('disconnected').waitFor();
  await ana.page.goto('/connect');
  await ana.waitConnected();
  await ana.openChat('Carla');
  await ana.send('Sigo acá');
  await ana.message('Sigo acá', 'delivered').waitFor();
});
