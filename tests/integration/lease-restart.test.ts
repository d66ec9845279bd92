import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OwnerId } from '@/server/auth/owner-id';
import { createEmbeddedPostgres } from '@/server/embedded/postgres';
import { migrate } from '@/server/migrate';
import { acquireLease } from '@/server/whatsapp/lease';
import { createFakeNetwork } from '@/tests/support/fake-engine';
import { needed } from '@/tests/support/needed';
import { createTestNode, eventually, type TestNode } from '@/tests/support/node';
import { quietLogger } from '@/tests/support/quiet-logger';
import { testRedis } from '@/tests/support/redis';

/** A database that goes away takes every sign of life along; whoever looks first when it is back must not take that for a death. */
const OWN = '+5491123456789';
const endings: (() => Promise<unknown>)[] = [];
let dataDir: string;
let holder: TestNode;
let other: TestNode;
let ownerId: OwnerId;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'omniwp-restart-'));
  // as root the database runs as another account, which must be able to pass
  await chmod(dataDir, 0o711);
  endings.push(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  const postgres = await createEmbeddedPostgres({ dataDir, logger: quietLogger });
  endings.push(postgres.stop);
  await migrate({ url: postgres.url });
  const redis = await testRedis();
  endings.push(redis.close);
  const network = createFakeNetwork();
  const shared = { databaseUrl: postgres.url, redisUrl: redis.url, factory: network.factory };
  holder = await createTestNode(shared);
  endings.push(() => holder.close());
  other = await createTestNode({ ...shared, sessionPath: holder.files.root });
  endings.push(() => other.close());
  await holder.registry.start();
  ownerId = await holder.createOwner();
  const { qrCode } = await holder.registry.connect(ownerId, null);
  network.phone(OWN).scan(needed(qrCode));
  await eventually('connected', async () => (await holder.registry.status(ownerId)).connected);
});

afterAll(async () => {
  for (const end of endings.reverse()) await end();
});

const row = () => other.db.whatsappSession.findUniqueOrThrow({ where: { ownerId } });
const postmaster = async () =>
  needed(Number((await readFile(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]));

/** The other process tries to take the session all the while that `trouble` lasts and for some seconds more. */
async function besiege(trouble: () => Promise<unknown>): Promise<{ taken: number; looks: number }> {
  const found = { taken: 0, looks: 0 };
  let over = false;
  const siege = Array.from({ length: 3 }, async () => {
    for (; !over; await sleep(20)) {
      const lease = await acquireLease(other.db, other.nodeId, ownerId).catch(() => undefined);
      if (lease) found.taken += 1;
      if (lease === null) found.looks += 1;
    }
  });
  await trouble();
  await eventually('the database', () => row().catch(() => null));
  await sleep(3_500);
  over = true;
  await Promise.all(siege);
  return found;
}

async function expectUntouched(before: { epoch: number }): Promise<void> {
  expect(await row()).toMatchObject({ holder: holder.nodeId, epoch: before.epoch });
  await eventually('connected', async () => (await holder.registry.status(ownerId)).connected);
}

test('a database that is killed and comes back: the session stays where it is', async () => {
  const before = await row();
  for (let round = 0; round < 3; round++) {
    const { taken, looks } = await besiege(async () => process.kill(await postmaster(), 'SIGKILL'));
    expect(looks).toBeGreaterThan(0);
    expect(taken).toBe(0);
    await expectUntouched(before);
  }
});

test('also when it was away for longer than the term', async () => {
  const before = await row();
  const { taken } = await besiege(async () => {
    await other.db.$executeRaw`UPDATE whatsapp_session SET lease_until = now() - interval '1 second'`;
    process.kill(await postmaster(), 'SIGKILL');
  });
  expect(taken).toBe(0);
  await expectUntouched(before);
  expect((await row()).leaseUntil?.getTime()).toBeGreaterThan(Date.now());
});

test("also when nothing but the holder's own connection was cut", async () => {
  const before = await row();
  const { taken } = await besiege(
    () => other.db.$queryRaw`
      SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
      AND ((classid::bigint << 32) | objid::bigint) = hashtextextended(${holder.nodeId}, 0)`,
  );
  expect(taken).toBe(0);
  await expectUntouched(before);
});
