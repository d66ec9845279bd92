import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { eventually } from '@/tests/support/node';
import { setStores } from '@/tests/support/stores';

const CARLA = '+5491134567890';
const ANA = '+5491123456781';
const NUL = 'ho\u0000la';
const HALF_EMOJI = 'hola \ud83d';
const long = (length: number) => 'a'.repeat(length);

const stores = setStores();
let app: TestApp;
let ana: Owner;
let chatId: string;

beforeAll(async () => {
  app = await createTestApp(stores);
  ana = await app.register('Ana');
  await app.link(ana, ANA, 'Panadería');
  app.network.phone(CARLA, 'Carla').say(ANA, 'hola');
  const chat = await eventually('the chat', async () => (await ana.client.chats.list.query({})).items[0]);
  chatId = chat.id;
}, 60_000);

afterAll(async () => {
  await app.close();
});

describe('what is unusual but right is taken', () => {
  test('texts of every kind come back as they were', async () => {
    const texts = [
      '😀',
      long(4096),
      `${long(4095)}😀`,
      ' con espacios ',
      'a\nb',
      '\u0001\u200b',
      '"; DROP TABLE chat; --',
    ];
    for (const text of texts) {
      const sent = await ana.client.chats.send.mutate({ chatId, text, clientKey: randomUUID() });
      expect(sent.text).toBe(text);
    }
    const { items } = await ana.client.chats.messages.query({ chatId, limit: 100 });
    expect(items.map(({ text }) => text)).toEqual(expect.arrayContaining(texts));
  });

  test('a search is words, not a pattern', async () => {
    const found = async (search: string) => (await ana.client.chats.list.query({ search })).items.length;
    for (const search of ['carla', 'CARL', '3456', '+54 9 11', '', '  ']) expect(await found(search), search).toBe(1);
    for (const search of ['%', '_', '\\', 'C_rla', "' OR ''='", 'carla 9']) expect(await found(search), search).toBe(0);
  });

  test('a name and an address with accents and emoji', async () => {
    const name = 'Iñaki 😀 O’Brien <b>';
    const eva = await app.register(name, `${randomUUID()}+x@example.com`);
    expect((await eva.client.auth.me.query()).name).toBe(name);
  });

  test('what others write is kept, whatever is in it, and keeps nothing waiting', async () => {
    const carla = app.network.phone(CARLA);
    const texts = [NUL, HALF_EMOJI, '\udc00', 'y esto llega'];
    for (const text of texts) carla.say(ANA, text);
    app.network.phone('+5491145678901', `D${NUL}${HALF_EMOJI}`).say(ANA, 'hola');
    app.network.phone(ANA).say(CARLA, `desde el teléfono ${NUL}`);
    const arrived = await eventually('the last of them', async () => {
      const { items } = await ana.client.chats.messages.query({ chatId, limit: 100 });
      return items.some(({ text }) => text.startsWith('desde el teléfono')) && items;
    });
    expect(arrived.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['ho\ufffdla', 'hola \ufffd', '\ufffd', 'y esto llega', 'desde el teléfono ho\ufffdla']),
    );
    await eventually('the new chat', async () => (await ana.client.chats.list.query({})).items.length === 2);
  });

  test('numbers as people write them', async () => {
    for (const phone of ['11 3456-7890', '+54 9 11 3456-7890', '005491134567890', '5491134567890']) {
      const answer = await app.call('chats.start', { token: ana.token, input: { phone } });
      expect([200, 422], phone).toContain(answer.status);
    }
  });
});
