import { afterEach, beforeEach, expect, test } from 'vitest';
import { withRoom } from '@/server/whatsapp/memory';
import { createFakeNetwork, type FakeNetwork } from '@/tests/support/fake-engine';
import { createTestNode, eventually, type TestNode } from '@/tests/support/node';
import { createLogger } from '@/server/logger';
import { setStores } from '@/tests/support/stores';

/** Sessions on a machine that runs short of memory. */

const OWN = '+5491123456789';
const CARLA = '+5491134567890';
const MB = 1024 * 1024;

const stores = setStores();
let network: FakeNetwork;
let node: TestNode;
let left: number;

beforeEach(async () => {
  left = 4000;
  network = createFakeNetwork();
  const readLeft = async () => ({ memoryMb: left, tasks: null });
  node = await createTestNode({
    ...stores,
    factory: withRoom(network.factory, { minFreeMb: 300, logger: createLogger('silent'), readLeft }),
    memory: { idleMs: 150 },
  });
  network.phone(OWN, 'Panadería');
  network.phone(CARLA, 'Carla');
});
afterEach(() => node.close());

async function link() {
  const ownerId = await node.createOwner();
  const { qrCode } = await node.registry.connect(ownerId, null);
  network.phone(OWN).scan(qrCode ?? '');
  await eventually('read in', async () => node.db.whatsappSession.findFirst({ where: { ownerId, syncedPhone: OWN } }));
  return ownerId;
}

test('a first start is refused in words, and works once there is room', async () => {
  left = 100;
  const ownerId = await node.createOwner();
  expect(await node.registry.connect(ownerId, null)).toMatchObject({ status: 'error', reason: 'NO_MEMORY' });
  expect(network.started()).toBe(0);
  left = 4000;
  expect(await node.registry.connect(ownerId, null)).toMatchObject({ status: 'qr_ready' });
});

test('a linked session says so, keeps its link, and comes back by itself', async () => {
  const ownerId = await link();
  left = 100;
  network.phone(OWN).crash();
  await eventually('refused', async () => (await node.registry.status(ownerId)).reason === 'NO_MEMORY');
  expect(await node.registry.status(ownerId)).toMatchObject({ status: 'error', hasSession: true });
  left = 4000;
  await eventually('back', async () => (await node.registry.status(ownerId)).connected);
});

test('one above its budget is exchanged when idle: no QR, nothing lost, and busy ones are left alone', async () => {
  const ownerId = await link();
  network.holdMemory(701 * MB);
  network.phone(CARLA).say(OWN, 'justo ahora');
  await node.registry.memory.look();
  expect(network.started()).toBe(1);
  const words: (string | null)[] = [];
  const watching = new AbortController();
  const watched = (async () => {
    for await (const { reason, status } of node.registry.watch(ownerId, watching.signal)) words.push(reason ?? status);
  })();
  await eventually('exchanged', async () => {
    await node.registry.memory.look();
    return network.started() === 2;
  });
  await eventually('back', async () => (await node.registry.status(ownerId)).connected);
  watching.abort();
  await watched;
  expect(words).toContain('RECYCLING');
  expect(words).not.toContain('qr_ready');
  expect(network.running()).toHaveLength(1);
  network.phone(CARLA).say(OWN, 'después');
  await eventually('stored', async () => (await node.db.message.count({ where: { ownerId } })) === 2);
});
