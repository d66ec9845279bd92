import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLease } from '@/server/whatsapp/lease';
import { createFakeNetwork } from '@/tests/support/fake-engine';
import { createTestNode, type TestNode } from '@/tests/support/node';
import { setStores } from '@/tests/support/stores';

const stores = setStores();
let dead: TestNode;
let next: TestNode;

beforeEach(async () => {
  const { factory } = createFakeNetwork();
  dead = await createTestNode({ ...stores, factory });
  next = await createTestNode({ ...stores, factory });
});
afterEach(async () => {
  await next.close();
  await dead.close();
});

test('all sessions of a dead process are taken over at once: none keeps another out', async () => {
  const owners = await Promise.all(Array.from({ length: 8 }, (_, index) => dead.createOwner(`Dueña ${index}`)));
  for (const ownerId of owners) expect(await acquireLease(dead.db, dead.nodeId, ownerId)).not.toBeNull();
  for (const ownerId of owners) expect(await acquireLease(next.db, next.nodeId, ownerId)).toBeNull();
  await dead.die();
  const taken = await Promise.all(owners.map((ownerId) => acquireLease(next.db, next.nodeId, ownerId)));
  expect(taken.map((lease) => lease?.epoch)).toEqual(owners.map(() => 2));
});
