import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFakeNetwork, type FakeNetwork } from '@/tests/support/fake-engine';
import { createFaultPoints, type FaultPoints } from '@/tests/support/fault-points';
import { createTestNode, eventually, type TestNode } from '@/tests/support/node';
import { testDatabase } from '@/tests/support/database';
import { expectWhole, link, type Scene, untilStatus } from '@/tests/support/one-link';
import { type TestRedis, testRedis } from '@/tests/support/redis';

/**
 * The end of a link and the beginning of the next one, killed before each single step that they take: the next process finds one usable
 * link or none, never a half of one, and no credentials are lost or left where the next link would find them.
 */
let redis: TestRedis;
let network: FakeNetwork;
let sessionPath: string;
let people = 0;

beforeAll(async () => {
  redis = await testRedis();
  network = createFakeNetwork();
  sessionPath = await mkdtemp(join(tmpdir(), 'omniwp-crashes-'));
});
afterAll(async () => {
  await redis.close();
  await rm(sessionPath, { recursive: true, force: true });
});

type Scenario = {
  /** What is there before; nothing is killed meanwhile. */
  before: (scene: Scene) => Promise<unknown>;
  act: (scene: Scene) => Promise<unknown>;
  /** It has more than so many. */
  steps: number;
};

const startNode = (databaseUrl: string, faults?: FaultPoints) =>
  createTestNode({ databaseUrl, redisUrl: redis.url, factory: network.factory, sessionPath, faults });
async function unlink({ node, ownerId }: Scene): Promise<void> {
  await node.registry.disconnect(ownerId, true);
}

/** Somebody asks for a link over and over while the old one ends, and scans the first code that comes of it. */
async function linkMeanwhile(scene: Scene, ending: Promise<unknown>): Promise<void> {
  const { node, ownerId, phone } = scene;
  let scanned = false;
  ending.catch(() => {});
  while (!scanned) {
    // what is asked of a dead process is never answered
    const answer = await node.registry.connect(ownerId, null).catch(() => null);
    scanned = answer?.qrCode ? phone.scan(answer.qrCode) : false;
    await sleep(3);
  }
  await ending;
  await untilStatus(scene, 'connected');
}

/** Nothing was done for a while: what is killed later than this is killed at rest. */
async function quiet({ taken }: { taken: () => number }): Promise<void> {
  for (let before = -1; before !== taken(); ) {
    before = taken();
    await sleep(120);
  }
}

/** Plays the scenario, kills its process right before the step after `steps`, and looks at what the next process makes of it. */
async function play(scenario: Scenario, steps: number): Promise<{ killed: boolean }> {
  const number = ++people;
  const phone = network.phone(`+54911${String(30_000_000 + number)}`, `Dueña ${number}`);
  // of its own: a process that starts brings back the sessions of everybody
  const database = await testDatabase();
  const faults = createFaultPoints();
  const node = await startNode(database.url, faults);
  const scene = { node, phone, ownerId: await node.createOwner() };
  await scenario.before(scene);
  await quiet(faults);
  faults.dieAfter(steps);
  const over = (async () => {
    await scenario.act(scene);
    await quiet(faults);
    return false;
  })();
  over.catch(() => {});
  const killed = await Promise.race([faults.died.then(() => true), over]);
  await node.die();
  // its browser goes with it
  phone.crash();
  const next = await startNode(database.url);
  try {
    await forget(next, scene);
    await next.registry.start();
    await expectWhole({ ...scene, node: next });
  } catch (error) {
    throw new Error(`killed after ${steps} steps: ${String(error)}`, { cause: error });
  } finally {
    await next.close();
    await database.close();
  }
  return { killed };
}

/** As if the killed one's lease, and what it last said of itself, had run out: this is not about how soon another takes over. */
async function forget(next: TestNode, { ownerId }: Scene): Promise<void> {
  await next.db.whatsappSession.updateMany({ where: { ownerId }, data: { holder: null, leaseUntil: null } });
  const told = ['state', 'session', 'qr'].map((kind) => `whatsapp:${kind}:${ownerId}`);
  await eventually('redis', async () => (await next.redis.commands.del(...told).catch(() => -1)) >= 0);
}

const scenarios: Record<string, Scenario> = {
  'the owner ends a link': { before: link, act: unlink, steps: 8 },
  'the phone ends a link': {
    before: link,
    async act(scene) {
      scene.phone.logoutFromPhone();
      await untilStatus(scene, 'logged_out');
    },
    steps: 8,
  },
  'a first link': { before: async () => {}, act: link, steps: 20 },
  'the next link': {
    async before(scene) {
      await link(scene);
      await unlink(scene);
    },
    act: link,
    steps: 20,
  },
  'the owner ends a link and asks for the next one at once': {
    before: link,
    act: (scene) => linkMeanwhile(scene, unlink(scene)),
    steps: 28,
  },
  'the owner asks for a link while the phone ends the last one': {
    before: link,
    act(scene) {
      scene.phone.logoutFromPhone();
      return linkMeanwhile(scene, Promise.resolve());
    },
    steps: 28,
  },
};

/** So many processes at once. */
const TOGETHER = 5;
/** OMNIWP_STEPS=1 kills before each single step, which takes minutes; else before every fifth, another one each time. */
const stride = Number(process.env.OMNIWP_STEPS ?? 5);

describe('killed between its steps', () => {
  test.each(Object.entries(scenarios))(
    '%s',
    async (_name, scenario) => {
      let kills = 0;
      for (let steps = Math.floor(Math.random() * stride); ; steps += TOGETHER * stride) {
        const runs = Array.from({ length: TOGETHER }, (_, index) => play(scenario, steps + index * stride));
        await Promise.allSettled(runs);
        const killed = (await Promise.all(runs)).filter((run) => run.killed).length;
        kills += killed;
        if (killed < TOGETHER) break;
      }
      expect(kills * stride).toBeGreaterThan(scenario.steps);
    },
    300_000,
  );
});
