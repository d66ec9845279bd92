import { beforeEach, afterEach, expect, test } from 'vitest';
import { ingestMessage } from '@/server/whatsapp/ingest';
import type { ChatId, EngineMessage, MessageId } from '@/server/whatsapp/engine';
import { acquireLease, LeaseLost, releaseLease } from '@/server/whatsapp/lease';
import { createFakeNetwork, type FakeNetwork } from '@/tests/support/fake-engine';
import { createTestNode, eventually, type TestNode } from '@/tests/support/node';
import { setStores } from '@/tests/support/stores';

const OWN = '+5491123456789';

const stores = setStores();
let network: FakeNetwork;
let first: TestNode;
let second: TestNode;

beforeEach(async () => {
  network = createFakeNetwork();
  const shared = { ...stores, factory: network.factory };
  first = await createTestNode(shared);
  second = await createTestNode({ ...shared, sessionPath: first.files.root });
});
afterEach(async () => {
  await second.close();
  await first.close();
});

async function linkOnFirst() {
  const ownerId = await first.createOwner();
  const { qrCode } = await first.registry.connect(ownerId, null);
  network.phone(OWN).scan(qrCode ?? '');
  await eventually('connected', async () => (await first.registry.status(ownerId)).connected);
  return ownerId;
}

const message = (id: string): EngineMessage => ({
  id: id as MessageId,
  token: null,
  chatId: '5491134567890@c.us' as ChatId,
  chatKind: 'direct',
  direction: 'inbound',
  kind: 'text',
  text: 'hola',
  sentAt: new Date('2026-11-24T15:00:00Z'),
  ack: null,
  phone: '+5491134567890',
  pushName: 'Carla',
});

test('a second process over the same databases starts nothing that the first one runs', async () => {
  const ownerId = await linkOnFirst();
  await second.registry.start();
  expect(await second.registry.connect(ownerId, null)).toMatchObject({ connected: true });
  expect(network.started()).toBe(1);
  expect((await first.db.whatsappSession.findUnique({ where: { ownerId } }))?.holder).toBe(first.nodeId);
});

test('calls made at the other process work: a QR, a pairing code, a number, a stop, a restart', async () => {
  const ownerId = await first.createOwner();
  const { qrCode } = await first.registry.connect(ownerId, null);
  expect((await second.registry.connect(ownerId, null)).qrCode).toBe(qrCode);
  expect((await second.registry.connect(ownerId, OWN)).pairingCode).toMatch(/^\w{8}$/);
  const { pairingCode } = await first.registry.status(ownerId);
  network.phone(OWN).code(pairingCode ?? '');
  await eventually('connected', async () => (await second.registry.status(ownerId)).connected);
  network.phone('+5491134567890', 'Carla');
  expect(await second.registry.resolve(ownerId, '+5491134567890')).toMatchObject({ ownNumber: OWN });
  expect(await second.registry.resolve(ownerId, '+5491100000000')).toMatchObject({ peer: null });
  expect(await second.registry.restart(ownerId)).toMatchObject({ connected: true });
  expect(network.started()).toBe(2);
  expect(await second.registry.disconnect(ownerId, false)).toMatchObject({ status: 'disconnected' });
  expect(network.running()).toHaveLength(0);
  await expect(second.registry.resolve(ownerId, '+5491134567890')).rejects.toMatchObject({
    code: 'WHATSAPP_NOT_CONNECTED',
  });
});

test('when the process that runs it is gone, the other takes over without a new QR', async () => {
  const ownerId = await linkOnFirst();
  const profile = network.running()[0]?.profileDir;
  await first.die();
  await second.registry.start();
  await eventually('connected', async () => {
    const row = await second.db.whatsappSession.findUnique({ where: { ownerId } });
    return row?.holder === second.nodeId && (await second.registry.status(ownerId)).connected;
  });
  expect(network.running().at(-1)?.profileDir).toBe(profile);
});

test('a second process sees the state, the QR too, of a session that the first one runs', async () => {
  const ownerId = await first.createOwner();
  const { qrCode } = await first.registry.connect(ownerId, null);
  await eventually('the QR', async () => (await second.registry.status(ownerId)).qrCode === qrCode);
  network.phone(OWN).scan(qrCode ?? '');
  await eventually('connected', async () => (await second.registry.status(ownerId)).phoneNumber === OWN);
});

test('a message that was accepted by the other process is sent', async () => {
  const ownerId = await linkOnFirst();
  await first.registry.start();
  await second.registry.start();
  network.phone('+5491134567890', 'Carla').say(OWN, 'hola');
  const chat = await eventually('a chat', () => first.db.chat.findFirst({ where: { ownerId } }));
  const { acceptMessage } = await import('@/server/chats/compose');
  const accepted = await acceptMessage(second.db, ownerId, {
    chatId: chat.id,
    text: 'desde el otro',
    clientKey: crypto.randomUUID(),
  });
  await eventually('sent', () => first.db.message.findFirst({ where: { id: accepted.id, status: { not: 'queued' } } }));
});

test('the lease of a process whose connection is gone is free at the second look, a living one is not', async () => {
  const ownerId = await first.createOwner();
  const lease = await acquireLease(first.db, first.nodeId, ownerId);
  expect(lease).toMatchObject({ epoch: 1 });
  expect(await acquireLease(second.db, second.nodeId, ownerId)).toBeNull();
  await first.die();
  const taken = await eventually('taken over', () => acquireLease(second.db, second.nodeId, ownerId));
  expect(taken.epoch).toBe(2);
});

test('who lost the lease cannot write any more: the epoch is checked in the transaction of the write', async () => {
  const ownerId = await first.createOwner();
  const lease = await acquireLease(first.db, first.nodeId, ownerId);
  if (!lease) throw new Error('no lease');
  const scope = { db: first.db, lease, ownerId, ownNumber: OWN };
  expect(await ingestMessage(scope, message('A'))).toBe(true);
  // as if the first had slept through the end of its term
  await first.db
    .$executeRaw`UPDATE whatsapp_session SET lease_until = now() - interval '1 second' WHERE owner_id = ${ownerId}::uuid`;
  await first.bus.close();
  await eventually('taken over', () => acquireLease(second.db, second.nodeId, ownerId));
  await expect(ingestMessage(scope, message('B'))).rejects.toBeInstanceOf(LeaseLost);
  expect(await first.db.message.count({ where: { ownerId } })).toBe(1);
  await releaseLease(first.db, lease);
  expect((await first.db.whatsappSession.findUnique({ where: { ownerId } }))?.holder).toBe(second.nodeId);
});
