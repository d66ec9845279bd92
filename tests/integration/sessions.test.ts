import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readAfter } from '@/server/events/log';
import { withoutStaleCodes } from '@/server/whatsapp/session-status';
import { createFakeNetwork, type FakeNetwork } from '@/tests/support/fake-engine';
import { createTestNode, eventually, type TestNode } from '@/tests/support/node';
import { setStores } from '@/tests/support/stores';

const OWN = '+5491123456789';

const stores = setStores();
let network: FakeNetwork;
let node: TestNode;

beforeEach(async () => {
  network = createFakeNetwork();
  node = await createTestNode({ ...stores, factory: network.factory });
});
afterEach(() => node.close());

/** An owner whose session is connected to OWN. */
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
    // it is put there by the way
    const kept = await eventually('it in Redis', () => node.redis.commands.get(`whatsapp:session:${ownerId}`));
    expect(JSON.parse(kept)).toMatchObject({ userId: ownerId, phoneNumber: OWN, name: 'Panadería' });
  });

  test('a pairing code links as well', async () => {
    const ownerId = await node.createOwner();
    const status = await node.registry.connect(ownerId, OWN);
    expect(status).toMatchObject({ status: 'qr_ready', method: 'code', qrCode: null });
    expect(network.phone(OWN).code(status.pairingCode ?? '')).toBe(true);
    await eventually('connected', async () => (await node.registry.status(ownerId)).connected);
  });
});

describe('a link that is kept', () => {
  test('is restored at start without a QR, by the process that comes next', async () => {
    const ownerId = await link();
    const sessionPath = node.files.root;
    await node.registry.stop();
    const next = await createTestNode({
      ...stores,
      factory: network.factory,
      sessionPath,
    });
    try {
      await next.registry.start();
      await eventually('connected', async () => (await next.registry.status(ownerId)).connected);
      expect(network.running().filter(({ profileDir }) => profileDir.includes(ownerId))).toHaveLength(1);
    } finally {
      await next.close();
    }
  });

  test('whose folder is not where it should be is an error that says so, and nothing is taken for a log-out', async () => {
    const ownerId = await link();
    const sessionPath = node.files.root;
    await node.registry.stop();
    const elsewhere = await createTestNode({ ...stores, factory: network.factory });
    expect(await elsewhere.registry.restore(ownerId)).toMatchObject({
      status: 'error',
      reason: 'PROFILE_MISSING',
      hasSession: true,
    });
    await elsewhere.close();
    const next = await createTestNode({ ...stores, factory: network.factory, sessionPath });
    expect(await next.registry.restore(ownerId)).toMatchObject({ connected: true });
    await next.close();
  });

  test('disconnect stops and keeps it; restore brings it back', async () => {
    const ownerId = await link();
    expect(await node.registry.disconnect(ownerId, false)).toMatchObject({ status: 'disconnected', hasSession: true });
    expect(network.running()).toHaveLength(0);
    expect(await node.registry.restore(ownerId)).toMatchObject({ connected: true });
  });

  test('that its owner stops stays stopped, also when it is looked for what should run in that very moment', async () => {
    let letGo = () => {};
    const ending = new Promise<void>((resolve) => (letGo = resolve));
    let stopping = () => {};
    const reached = new Promise<void>((resolve) => (stopping = resolve));
    const slow = await createTestNode({
      ...stores,
      factory(options) {
        const engine = network.factory(options);
        const stop = async () => {
          stopping();
          await ending;
          await engine.stop();
        };
        return { ...engine, stop };
      },
    });
    try {
      const ownerId = await slow.createOwner();
      const { qrCode } = await slow.registry.connect(ownerId, null);
      network.phone(OWN).scan(qrCode ?? '');
      await eventually('connected', async () => (await slow.registry.status(ownerId)).connected);
      const stopped = slow.registry.disconnect(ownerId, false);
      await reached;
      // its browser is on its way down, and its row still says that it should run
      await slow.registry.start();
      await new Promise((resolve) => setTimeout(resolve, 300));
      letGo();
      expect(await stopped).toMatchObject({ status: 'disconnected', hasSession: true });
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(await slow.registry.status(ownerId)).toMatchObject({ status: 'disconnected' });
      expect(network.started()).toBe(1);
    } finally {
      letGo();
      await slow.close();
    }
  });

  test('a crash is healed without a new QR, and said meanwhile', async () => {
    const ownerId = await link();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { status } of node.registry.watch(ownerId, AbortSignal.timeout(5_000))) {
        seen.push(status);
        if (seen.includes('reconnecting') && status === 'connected') return;
      }
    })();
    network.phone(OWN).crash('BROWSER_DIED');
    await watching;
    expect(seen).toContain('reconnecting');
    expect(network.started()).toBe(2);
  });

  test('restart starts the engine anew', async () => {
    const ownerId = await link();
    expect(await node.registry.restart(ownerId)).toMatchObject({ connected: true });
    expect(network.started()).toBe(2);
    expect(network.running()).toHaveLength(1);
  });
});

describe('a link that ends', () => {
  test('by the phone: asks to link again, and the credentials go to quarantine', async () => {
    const ownerId = await link();
    await node.files.prepare();
    await mkdir(node.files.profileOf(ownerId, 1), { recursive: true });
    network.phone(OWN).logoutFromPhone();
    await eventually('logged out', async () => (await node.registry.status(ownerId)).status === 'logged_out');
    await eventually('quarantine', async () => (await readdir(join(node.files.root, 'quarantine'))).length === 1);
    expect(await readdir(join(node.files.root, ownerId))).toEqual([]);
    const status = await node.registry.connect(ownerId, null);
    expect(status).toMatchObject({ status: 'qr_ready', hasSession: false });
  });

  test('by the owner: nothing is kept, and the log says who ended it', async () => {
    const ownerId = await link();
    expect(await node.registry.disconnect(ownerId, true)).toMatchObject({ status: 'not_connected', hasSession: false });
    const events = await readAfter(node.db, ownerId, 0);
    expect(events.map(({ body }) => body)).toContainEqual({
      type: 'session.quarantined',
      generation: 1,
      reason: 'USER_UNLINKED',
    });
    await expect(node.registry.restore(ownerId)).rejects.toMatchObject({ code: 'NO_WHATSAPP_SESSION' });
  });

  test('while the server was down: the next start asks to link again', async () => {
    const ownerId = await link();
    await node.registry.disconnect(ownerId, false);
    network.phone(OWN).logoutFromPhone();
    await node.registry.restore(ownerId);
    expect(await node.registry.status(ownerId)).toMatchObject({ status: 'logged_out', hasSession: false });
  });
});

describe('deadlines', () => {
  const slow = async (timing: Parameters<typeof createTestNode>[0]['timing']) => {
    await node.close();
    node = await createTestNode({ ...stores, factory: network.factory, timing });
    return node.createOwner();
  };

  test('a start that hangs becomes an error with its reason, and can be stopped meanwhile', async () => {
    const ownerId = await slow({ start: 50, maxFailures: { linked: 8, unlinked: 2 } });
    network.onStart(() => new Promise(() => {}));
    const status = await node.registry.connect(ownerId, null);
    expect(status).toMatchObject({ status: 'error', reason: 'START_TIMEOUT' });
  });

  test('a QR that nobody scans is parked', async () => {
    const ownerId = await slow({ pairing: 100 });
    await node.registry.connect(ownerId, null);
    await eventually('parked', async () => (await node.registry.status(ownerId)).status === 'parked');
    expect(network.running()).toHaveLength(0);
  });

  test('an expired QR is never shown', async () => {
    const ownerId = await node.createOwner();
    const status = await node.registry.connect(ownerId, null);
    const late = new Date((status.expiresAt?.getTime() ?? 0) + 1);
    expect(withoutStaleCodes(status, late)).toMatchObject({ qrCode: null, pairingCode: null });
  });
});
