import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFakeNetwork, type FakeNetwork } from '@/tests/support/fake-engine';
import { createTestNode, type TestNode } from '@/tests/support/node';
import { expectWhole, link, type Scene } from '@/tests/support/one-link';
import { setStores } from '@/tests/support/stores';

/** The end of a link and the next one, asked for at once at two processes: whoever is first, there is one link in the end, or none. */
const ROUNDS = 16;
const stores = setStores();
let network: FakeNetwork;
let left: TestNode;
let right: TestNode;

beforeAll(async () => {
  network = createFakeNetwork();
  left = await createTestNode({ ...stores, factory: network.factory });
  right = await createTestNode({ ...stores, factory: network.factory, sessionPath: left.files.root });
  await left.registry.start();
  await right.registry.start();
});
afterAll(async () => {
  await right.close();
  await left.close();
});

let people = 0;
async function linkedOn(node: TestNode): Promise<Scene> {
  const number = ++people;
  const phone = network.phone(`+54911${String(40_000_000 + number)}`, `Dueña ${number}`);
  const scene = { node, phone, ownerId: await node.createOwner() };
  await link(scene);
  return scene;
}

test.each(['the owner', 'the phone'] as const)(
  '%s ends a link while the other process is asked for one',
  async (who) => {
    for (let round = 0; round < ROUNDS; round++) {
      const scene = await linkedOn(left);
      const { ownerId, phone } = scene;
      const end = async () => {
        if (who === 'the phone') phone.logoutFromPhone();
        else await left.registry.disconnect(ownerId, true);
      };
      await Promise.allSettled([
        sleep(Math.random() * 10).then(end),
        sleep(Math.random() * 10).then(() => right.registry.connect(ownerId, null)),
      ]);
      const { qrCode } = await right.registry.status(ownerId);
      if (qrCode) phone.scan(qrCode);
      await expectWhole({ ...scene, node: round % 2 ? left : right });
      expect(network.running().filter(({ profileDir }) => profileDir.includes(ownerId))).toHaveLength(1);
    }
  },
  120_000,
);
