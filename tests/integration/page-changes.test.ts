import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createSandboxHarness, type SandboxHarness } from '@/tests/contract/sandbox-harness';
import { createTestNode, eventually, type TestNode } from '@/tests/support/node';
import type { PageSwitches } from '@/tests/support/sandbox';
import { setStores } from '@/tests/support/stores';

/** WhatsApp changes its page, and changes it again: the real library in a real Chromium, below the session that tries again. */

const stores = setStores();
let harness: SandboxHarness;
const nodes: TestNode[] = [];

beforeAll(async () => {
  harness = await createSandboxHarness('today', { qrSeconds: 60 });
});
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});
afterAll(() => harness.close());

/** A process whose WhatsApp serves a page with these switches, until `mend`; then it is the page of today, at the same address. */
async function onPage(switches: PageSwitches) {
  const { version } = await harness.sandbox.page(switches);
  const factory = await harness.factoryWith({ webVersion: version, deadlines: { modulesMs: 800, quietMs: 300 } });
  const node = await createTestNode({ ...stores, factory, timing: { seldom: 1_500 } });
  nodes.push(node);
  const file = (name: string) => join(harness.sandbox.pageDir, `${name}.html`);
  return { node, version, mend: () => copyFile(file(harness.sandbox.pageVersion), file(version)) };
}

test('a link on a page that lacks something is an error that names it, and is connected by itself once the page has it', async () => {
  const { node, version, mend } = await onPage({ missingModules: ['WAWebMsgKey', 'WAWebSendMsgChatAction'] });
  const { own } = await harness.createPeople();
  const ownerId = await node.createOwner();
  const { qrCode } = await node.registry.connect(ownerId, null);
  await harness.sandbox.scan(own.phone, qrCode ?? '');
  const failed = await eventually('an error', async () => {
    const status = await node.registry.status(ownerId);
    return status.status === 'error' && status;
  });
  expect(failed).toMatchObject({
    reason: 'WHATSAPP_CHANGED',
    missing: ['WAWebMsgKey.newId', 'WAWebSendMsgChatAction.addAndSendMsgToChat'],
    pageVersion: version,
    hasSession: true,
  });

  // tried again, and it is still the same error, since the same moment: nobody is told anew
  const seen: string[] = [];
  const again = await (async () => {
    for await (const status of node.registry.watch(ownerId, AbortSignal.timeout(20_000))) {
      seen.push(status.status);
      if (status.status === 'error' && status.retryAt?.getTime() !== failed.retryAt?.getTime()) return status;
    }
  })();
  expect(new Set(seen)).toEqual(new Set(['error']));
  expect(again?.failingSince).toEqual(failed.failingSince);

  await mend();
  const healed = await eventually('connected', async () => {
    const status = await node.registry.status(ownerId);
    expect(status.qrCode).toBeNull();
    return status.connected && status;
  });
  expect(healed).toMatchObject({ phoneNumber: own.phone, missing: [], pageVersion: null, failingSince: null });
});

test('who could not even be shown a QR is shown one by itself once the page can make it', async () => {
  const { node, mend } = await onPage({ missingModules: ['WAWebSignalStoreApi'] });
  const ownerId = await node.createOwner();
  expect(await node.registry.connect(ownerId, null)).toMatchObject({
    status: 'error',
    reason: 'WHATSAPP_CHANGED',
    missing: ['WAWebSignalStoreApi.waSignalStore.getRegistrationInfo'],
    hasSession: false,
    retryAt: expect.any(Date),
  });
  await mend();
  await eventually('a QR', async () => (await node.registry.status(ownerId)).qrCode);
});
