import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '@/server/logger';
import { lookUpBrowser } from '@/server/whatsapp/browser-lookup';
import { isMain, listProcesses, profileOf } from '@/server/whatsapp/browser-processes';
import { createWwebjsEngine } from '@/server/whatsapp/wwebjs';
import { createTestNode, eventually, type TestNode } from '@/tests/support/node';
import { type Sandbox, startSandbox } from '@/tests/support/sandbox';
import { setStores } from '@/tests/support/stores';

/** The memory budget on a real Chromium: measured, found too large, exchanged, with the link kept. */

const OWN = '+34600111222';
const ANA = '+34700111222';

const stores = setStores();
let sandbox: Sandbox;
let node: TestNode;

beforeAll(async () => {
  sandbox = await startSandbox({ demo: false });
  const { CHROMIUM_PATH, PUPPETEER_EXECUTABLE_PATH } = process.env;
  const browser = await lookUpBrowser({ CHROMIUM_PATH, PUPPETEER_EXECUTABLE_PATH }, 0);
  const factory = createWwebjsEngine({
    executablePath: browser.path,
    browserMajor: browser.major,
    browserEnv: browser.env,
    chromiumArgs: (sandbox.env.CHROMIUM_ARGS ?? '').split(' '),
    webVersion: sandbox.pageVersion,
    webCachePath: sandbox.pageDir,
    logger: createLogger('silent'),
  });
  const memory = { budgetMb: 10, idleMs: 300 };
  node = await createTestNode({ ...stores, factory, memory });
});
afterAll(async () => {
  await node.close();
  await sandbox.stop();
});

const browsers = async () =>
  (await listProcesses()).filter((row) => isMain(row) && profileOf(row)?.startsWith(node.files.root));

test('a real browser above a budget of 10 MB is exchanged while idle: one browser, no QR, messages go on', async () => {
  await sandbox.createAccount({ phone: OWN, name: 'Panadería' });
  await sandbox.createAccount({ phone: ANA, name: 'Ana' });
  const ownerId = await node.createOwner();
  const { qrCode } = await node.registry.connect(ownerId, null);
  await sandbox.scan(OWN, qrCode ?? '');
  await eventually('read in', async () => node.db.whatsappSession.findFirst({ where: { ownerId, syncedPhone: OWN } }));
  const [before] = await browsers();
  await eventually('exchanged', async () => {
    await node.registry.memory.look();
    return (await browsers()).every(({ pid }) => pid !== before?.pid);
  });
  const bytes = node.registry.memory.readings().get(ownerId) ?? 0;
  expect(bytes).toBeGreaterThan(30 * 1024 * 1024);
  expect(bytes).toBeLessThan(700 * 1024 * 1024);
  await eventually('connected again', async () => {
    const status = await node.registry.status(ownerId);
    expect(status.qrCode).toBeNull();
    return status.connected;
  });
  const after = await browsers();
  expect(after).toHaveLength(1);
  expect(after[0]?.pid).not.toBe(before?.pid);
  await sandbox.say({ from: ANA, to: OWN, text: 'sigo acá' });
  await eventually('stored', async () => node.db.message.findFirst({ where: { ownerId, text: 'sigo acá' } }));
});
