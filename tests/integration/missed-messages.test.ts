import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OwnerId } from '@/server/auth/owner-id';
import { acceptMessage } from '@/server/chats/compose';
import { readAfter } from '@/server/events/log';
import { EngineError } from '@/server/whatsapp/engine';
import { createFakeNetwork, type FakeNetwork } from '@/tests/support/fake-engine';
import { firstChatOf, linkOwner, textsOf as textsIn } from '@/tests/support/linked';
import { createTestNode, eventually, type TestNode } from '@/tests/support/node';
import { setStores } from '@/tests/support/stores';

const OWN = '+5491123456789';
const CARLA = '+5491134567890';

const stores = setStores();
let network: FakeNetwork;
let node: TestNode;

beforeEach(async () => {
  network = createFakeNetwork();
  node = await createTestNode({ ...stores, factory: network.factory });
  network.phone(OWN, 'Panadería');
  network.phone(CARLA, 'Carla');
});
afterEach(() => node.close());

const link = (own = OWN, owner?: OwnerId): Promise<OwnerId> => linkOwner(node, network, own, owner);
const chatOf = (ownerId: OwnerId) => firstChatOf(node, ownerId);
const textsOf = (ownerId: OwnerId, chatId: string) => textsIn(node, ownerId, chatId);

test('what came while the session was stopped is there after restore, once', async () => {
  const ownerId = await link();
  network.phone(CARLA).say(OWN, 'antes');
  const chat = await chatOf(ownerId);
  await node.registry.disconnect(ownerId, false);
  network.phone(CARLA).say(OWN, 'mientras');
  await node.registry.restore(ownerId);
  await eventually('both', async () => (await textsOf(ownerId, chat.id)).length === 2);
  expect(await textsOf(ownerId, chat.id)).toEqual(['antes', 'mientras']);
  const recovered = await eventually('told', async () =>
    (await readAfter(node.db, ownerId, 0)).find(({ body }) => body.type === 'history.recovered'),
  );
  expect(recovered.body).toMatchObject({ messages: 1 });
  await eventually('shown', async () => (await node.registry.status(ownerId)).recovered?.messages === 1);
});

test('hundreds that came meanwhile are read back, also in a chat where something waits to be sent', async () => {
  const ownerId = await link();
  network.phone(CARLA).say(OWN, 'antes');
  const chat = await chatOf(ownerId);
  await node.registry.disconnect(ownerId, false);
  const texts = Array.from({ length: 250 }, (_, i) => `f${i}`);
  const start = Date.now() + 1_000;
  texts.forEach((text, i) => network.phone(CARLA).past(OWN, text, new Date(start + i)));
  await acceptMessage(node.db, ownerId, { chatId: chat.id, text: 'espera', clientKey: crypto.randomUUID() });
  await node.db.message.updateMany({ where: { ownerId, text: 'espera' }, data: { at: new Date(start + 60_000) } });
  await node.registry.restore(ownerId);
  const stored = () =>
    node.db.message.findMany({ where: { ownerId, text: { startsWith: 'f' } }, orderBy: { at: 'asc' } });
  await eventually('all', async () => (await stored()).length === 250);
  expect((await stored()).map(({ text }) => text)).toEqual(texts);
});

test('one that comes in live in the second of one that was missed stands behind it', async () => {
  const ownerId = await link();
  network.phone(CARLA).say(OWN, 'antes');
  const chat = await chatOf(ownerId);
  await node.registry.disconnect(ownerId, false);
  let read = () => {};
  const reading = new Promise<void>((resolve) => (read = resolve));
  network.onHistory((id) => (id === network.phone(CARLA).chatId ? reading : undefined));
  const second = new Date(Math.ceil(Date.now() / 1_000) * 1_000);
  network.phone(CARLA).past(OWN, 'perdido', second);
  await node.registry.restore(ownerId);
  await eventually('connected', async () => (await node.registry.status(ownerId)).connected);
  network.phone(CARLA).say(OWN, 'en vivo', { sentAt: second });
  network.phone('+5491145678901', 'Dora').say(OWN, 'otra');
  // other conversations need not wait for it
  await eventually('the other', () => node.db.message.findFirst({ where: { ownerId, text: 'otra' } }));
  read();
  await eventually('all', async () => (await textsOf(ownerId, chat.id)).length === 3);
  expect(await textsOf(ownerId, chat.id)).toEqual(['antes', 'perdido', 'en vivo']);
  const told = (await readAfter(node.db, ownerId, 0)).flatMap(({ body }) =>
    body.type === 'message.received' && body.message.chatId === chat.id ? [body.message.text] : [],
  );
  expect(told).toEqual(['antes', 'perdido', 'en vivo']);
});

test('a chat that the page could not read is asked for again', async () => {
  const ownerId = await link();
  network.phone(CARLA).say(OWN, 'antes');
  const chat = await chatOf(ownerId);
  await node.registry.disconnect(ownerId, false);
  let asked = 0;
  network.onHistory(() => {
    asked += 1;
    if (asked === 1) throw new EngineError('UNKNOWN', 'no', 'The page stumbled.');
  });
  network.phone(CARLA).past(OWN, 'perdido', new Date());
  await node.registry.restore(ownerId);
  await eventually('it', async () => (await textsOf(ownerId, chat.id)).length === 2);
  expect(asked).toBe(2);
});

test('after a time away every chat that moved on is read back, more than at a first link', async () => {
  const ownerId = await link();
  await node.registry.disconnect(ownerId, false);
  const people = Array.from({ length: 230 }, (_, i) => `+54911400${String(i).padStart(5, '0')}`);
  for (const person of people) network.phone(person).past(OWN, 'hola', new Date());
  await node.registry.restore(ownerId);
  await eventually('all', async () => (await node.db.message.count({ where: { ownerId, text: 'hola' } })) === 230);
});
