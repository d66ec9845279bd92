import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFakeNetwork, type FakeNetwork } from '@/tests/support/fake-engine';
import { testDatabase, type TestDatabase } from '@/tests/support/database';
import { createTestNode, eventually, type TestNode } from '@/tests/support/node';
import { testRedis, type TestRedis } from '@/tests/support/redis';

const OWN = '+5491123456789';
const CARLA = '+5491134567890';

let database: TestDatabase;
let redis: TestRedis;
let network: FakeNetwork;
let node: TestNode;

beforeAll(async () => {
  database = await testDatabase();
  redis = await testRedis();
});
afterAll(async () => {
  await redis.close();
  await database.close();
});
beforeEach(async () => {
  network = createFakeNetwork();
  node = await createTestNode({ databaseUrl: database.url, redisUrl: redis.url, factory: network.factory });
});
afterEach(() => node.close());

async function link() {
  const ownerId = await node.createOwner();
  const status = await node.registry.connect(ownerId, null);
  expect(network.phone(OWN, 'Panadería').scan(status.qrCode ?? '')).toBe(true);
  await eventually('connected', async () => (await node.registry.status(ownerId)).connected);
  return ownerId;
}

describe('connect', () => {
  test('twenty at once start one engine', async () => {
    const ownerId = await node.createOwner();
    const answers = await Promise.all(Array.from({ length: 20 }, () => node.registry.connect(ownerId, null)));
    expect(network.started()).toBe(1);
    expect(new Set(answers.map(({ qrCode }) => qrCode)).size).toBe(1);
  });

  test('shows a QR, and then the number and name', async () => {
    const ownerId = await link();
    expect(await node.registry.status(ownerId)).toMatchObject({
      status: 'connected',
      phoneNumber: OWN,
      name: 'Panadería',
      hasSession: true,
      qrCode: null,
    });
    const kept = await node.redis.commands.get(`whatsapp:session:${ownerId}`);
    expect(JSON.parse(kept ?? '{}')).toMatchObject({ userId: ownerId, phoneNumber: OWN, name: 'Panadería' });
  });

  test('a pairing code links as well', async () => {
    const ownerId = await node.createOwner();
    const status = await node.registry.connect(ownerId, OWN);
    expect(status).toMatchObject({ status: 'qr_ready', method: 'code', qrCode: null });
    expect(network.phone(OWN).code(status.pairingCode ?? '')).toBe(true);
    await eventually('connected', async () => (await node.registry.status(ownerId)).connected);
  });
});
