import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OwnerId } from '@/server/auth/owner-id';
import { listChats } from '@/server/chats/chats';
import { acceptMessage } from '@/server/chats/compose';
import { readAfter } from '@/server/events/log';
import { createFakeNetwork, type FakeNetwork } from '@/tests/support/fake-engine';
import { createTestNode, eventually, type TestNode } from '@/tests/support/node';
import { setStores } from '@/tests/support/stores';

/** Sends whose answer never came: each is known again by the id that was written down before it left, equal texts included. */

const OWN = '+5491123456789';
const CARLA = '+5491134567890';

const stores = setStores();
let network: FakeNetwork;
let node: TestNode;

const startNode = (sessionPath?: string) => createTestNode({ ...stores, factory: network.factory, sessionPath });

beforeEach(async () => {
  network = createFakeNetwork();
  node = await startNode();
  network.phone(OWN, 'Panadería');
  network.phone(CARLA, 'Carla');
});
afterEach(() => node.close());

async function linkedWithChat() {
  const ownerId = await node.createOwner();
  const { qrCode } = await node.registry.connect(ownerId, null);
  network.phone(OWN).scan(qrCode ?? '');
  await eventually('read in', async () => node.db.whatsappSession.findFirst({ where: { ownerId, syncedPhone: OWN } }));
  network.phone(CARLA).say(OWN, 'hola');
  const listed = { limit: 10, unreadOnly: false };
  const chat = await eventually('a chat', async () => (await listChats(node.db, ownerId, listed)).items[0]);
  return { ownerId, chatId: chat.id };
}

const accept = (ownerId: OwnerId, chatId: string, text: string) =>
  acceptMessage(node.db, ownerId, { chatId, text, clientKey: crypto.randomUUID() });
const rowOf = (id: string) => node.db.message.findUniqueOrThrow({ where: { id } });
const received = () =>
  network.phone(CARLA).account.messages.flatMap(({ direction, text }) => (direction === 'inbound' ? [text] : []));

/** As a SIGKILL leaves it: the process is gone and its browser with it, nothing was released, and another process begins. */
async function killAndStartAnew(): Promise<void> {
  await node.die();
  network.phone(OWN).crash();
  network.onSend(null);
  network.onAnswer(null);
  node = await startNode(node.files.root);
}

test('one of two equal texts left before the kill, the other did not: each row has its own fate', async () => {
  const { ownerId, chatId } = await linkedWithChat();
  let answers = 0;
  network.onAnswer(() => {
    answers += 1;
    return new Promise(() => undefined);
  });
  const first = await accept(ownerId, chatId, 'igual');
  const second = await accept(ownerId, chatId, 'igual');
  node.registry.kick(ownerId);
  await eventually('the first left', async () => answers === 1);
  expect(await rowOf(first.id)).toMatchObject({ status: 'queued', engineMessageId: null });
  await killAndStartAnew();
  await node.registry.restore(ownerId);
  await eventually('both are there', async () => received().length === 2);
  for (const { id } of [first, second]) {
    await eventually('delivered', async () => (await rowOf(id)).status === 'delivered');
  }
  const rows = [await rowOf(first.id), await rowOf(second.id)];
  for (const row of rows) expect(row.engineMessageId).toContain(row.sendToken);
  expect(await node.db.message.count({ where: { ownerId, direction: 'outbound' } })).toBe(2);
  expect(received()).toEqual(['igual', 'igual']);
});

test('killed before it left: the row says that nobody knows, and an equal text from elsewhere does not settle it', async () => {
  const { ownerId, chatId } = await linkedWithChat();
  let begun = 0;
  network.onSend(() => {
    begun += 1;
    return new Promise(() => undefined);
  });
  const lost = await accept(ownerId, chatId, 'igual');
  node.registry.kick(ownerId);
  await eventually('it was handed over', async () => begun === 1);
  await killAndStartAnew();
  network.phone(OWN).say(CARLA, 'igual');
  await node.registry.restore(ownerId);
  const typed = await eventually('the one from the phone', async () =>
    node.db.message.findFirst({ where: { ownerId, direction: 'outbound', sendToken: null } }),
  );
  expect(typed.engineMessageId).not.toBeNull();
  const sent = await accept(ownerId, chatId, 'igual');
  node.registry.kick(ownerId);
  await eventually('the next one', async () => (await rowOf(sent.id)).status === 'delivered');
  expect(await rowOf(lost.id)).toMatchObject({
    status: 'queued',
    errorCode: 'SEND_UNCONFIRMED',
    engineMessageId: null,
  });
  expect(received()).toEqual(['igual', 'igual']);
});

test('given up and there after all: the proof takes the failure back, in one row', async () => {
  const { ownerId, chatId } = await linkedWithChat();
  const row = await accept(ownerId, chatId, 'salió igual');
  const token = '3EB0000000000000000001';
  await node.db.message.update({
    where: { id: row.id },
    data: { status: 'failed', errorCode: 'WHATSAPP_REFUSED', handedOverAt: new Date(0), sendToken: token },
  });
  network.phone(OWN).say(CARLA, 'salió igual', { token });
  await eventually('settled', async () => (await rowOf(row.id)).status === 'delivered');
  expect((await rowOf(row.id)).errorCode).toBeNull();
  const told = (await readAfter(node.db, ownerId, 0)).filter(({ body }) => body.type === 'message.created');
  expect(told).toHaveLength(1);
});

test('where ids cannot be reserved, text and time settle it as before', async () => {
  await node.close();
  network = createFakeNetwork({ reservesIds: false });
  network.phone(OWN, 'Panadería');
  network.phone(CARLA, 'Carla');
  node = await startNode();
  const { ownerId, chatId } = await linkedWithChat();
  let answers = 0;
  network.onAnswer(() => {
    answers += 1;
    return new Promise(() => undefined);
  });
  const row = await accept(ownerId, chatId, 'sin id propio');
  node.registry.kick(ownerId);
  await eventually('it left', async () => answers === 1);
  await killAndStartAnew();
  await node.registry.restore(ownerId);
  await eventually('settled', async () => (await rowOf(row.id)).status === 'delivered');
  expect(await rowOf(row.id)).toMatchObject({ sendToken: null, errorCode: null });
  expect(received()).toEqual(['sin id propio']);
});
