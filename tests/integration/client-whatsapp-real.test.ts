import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OwnerId } from '@/server/auth/owner-id';
import { createClient, listClients } from '@/server/clients/clients';
import { createLogger } from '@/server/logger';
import { lookUpBrowser } from '@/server/whatsapp/browser-lookup';
import { createWwebjsEngine } from '@/server/whatsapp/wwebjs';
import { createTestNode, eventually, type TestNode } from '@/tests/support/node';
import { type Sandbox, startSandbox } from '@/tests/support/sandbox';
import { setStores } from '@/tests/support/stores';

/** Who is whose client, on the word of the real library in a real Chromium: numbers checked, names of the address book, a burst. */

const OWN = '+5491123456789';
const CARLA = '+5491134567890';
const OFFICE = '+541155555555';
const DARIO = '+5491155555555';
const EVA = '+5491166666666';
const FLOR = '+5491177777777';

const stores = setStores();
let sandbox: Sandbox;
let node: TestNode;
let ownerId: OwnerId;

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
  node = await createTestNode({ ...stores, factory });
  ownerId = await node.createOwner();
  for (const [phone, name] of [
    [OWN, 'Panadería'],
    [CARLA, 'Carlita'],
    [OFFICE, 'Oficina'],
    [DARIO, 'Darío'],
    [EVA, 'Eva'],
  ] as const) {
    await sandbox.createAccount({ phone, name });
  }
  await sandbox.createAccount({ phone: FLOR, name: 'Flor', hidden: true });
  await sandbox.saveContact({ owner: OWN, phone: EVA, name: 'Eva del mercado' });
});
afterAll(async () => {
  await node.close();
  await sandbox.stop();
});

const ask = async (phone: string) => (await node.registry.resolve(ownerId, phone)).peer;
const typed = (name: string, phone: string, asking: typeof ask | null = null) =>
  createClient({ db: node.db, ask: asking ?? (async () => undefined) }, ownerId, {
    name,
    phone,
    email: null,
    notes: null,
  });
const clients = async () =>
  (await listClients(node.db, ownerId, { limit: 100, offset: 0 })).items
    .map(({ name, phone }) => `${name} ${phone}`)
    .sort();
const stored = (text: string) =>
  eventually(`"${text}" stored`, async () => node.db.message.findFirst({ where: { ownerId, text } }));

test('people are told apart as WhatsApp does', async () => {
  const carla = await typed('Carla', '+541134567890');
  await typed('La oficina', OFFICE);
  const { qrCode } = await node.registry.connect(ownerId, null);
  await sandbox.scan(OWN, qrCode ?? '');
  await eventually('read in', async () => node.db.whatsappSession.findFirst({ where: { ownerId, syncedPhone: OWN } }));

  await sandbox.say({ from: CARLA, to: OWN, text: 'soy Carla' });
  await sandbox.say({ from: DARIO, to: OWN, text: 'soy Darío' });
  await sandbox.say({ from: EVA, to: OWN, text: 'soy Eva' });
  await sandbox.say({ from: FLOR, to: OWN, text: 'soy Flor' });
  expect((await stored('soy Carla')).clientId).toBe(carla.id);
  for (const text of ['soy Darío', 'soy Eva', 'soy Flor']) await stored(text);
  expect(await clients()).toEqual(
    ['Carla +541134567890', `Darío ${DARIO}`, `Eva del mercado ${EVA}`, 'Flor null', `La oficina ${OFFICE}`].sort(),
  );

  await expect(typed('Otra vez Carla', CARLA, ask)).rejects.toMatchObject({ code: 'CLIENT_PHONE_EXISTS' });
  await expect(typed('Otra vez Eva', '+541166666666', ask)).rejects.toMatchObject({ code: 'CLIENT_PHONE_EXISTS' });
});

test("fifty first messages in a burst are one client's", async () => {
  const gus = '+5491188888888';
  await sandbox.createAccount({ phone: gus, name: 'Gus' });
  await Promise.all(Array.from({ length: 50 }, (_, n) => sandbox.say({ from: gus, to: OWN, text: `ráfaga ${n}` })));
  await eventually(
    'all fifty',
    async () => (await node.db.message.count({ where: { ownerId, text: { startsWith: 'ráfaga' } } })) === 50,
  );
  const rows = await node.db.message.findMany({ where: { ownerId, text: { startsWith: 'ráfaga' } } });
  expect(new Set(rows.map(({ clientId }) => clientId)).size).toBe(1);
  expect((await clients()).filter((client) => client.endsWith(gus))).toEqual([`Gus ${gus}`]);
});
