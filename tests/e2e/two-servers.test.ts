import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEmbeddedPostgres } from '@/server/embedded/postgres';
import { createEmbeddedRedis } from '@/server/embedded/redis';
import { createPerson, type Person } from '@/tests/support/person';
import { quietLogger } from '@/tests/support/quiet-logger';
import { type Server, startServer } from '@/tests/support/server';
import { setStage } from './stage';

const bakery = '+5491123456789';
const carla = '+5491134567890';
const shared: Record<string, string> = { JWT_SECRET: randomBytes(48).toString('base64url') };
const endings: (() => Promise<unknown>)[] = [];
let second: Server;
let anaElsewhere: Person;

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'omniwp-stores-'));
  await chmod(dataDir, 0o711);
  endings.push(() => rm(dataDir, { recursive: true, force: true }));
  const postgres = await createEmbeddedPostgres({ dataDir, logger: quietLogger });
  endings.push(postgres.stop);
  const redis = await createEmbeddedRedis({ dataDir, logger: quietLogger });
  endings.push(redis.stop);
  Object.assign(shared, { DATABASE_URL: postgres.url, REDIS_URL: redis.url });
});

// after the stage, which is set later and so ends sooner
afterAll(async () => {
  for (const end of endings.reverse()) await end();
});

const stage = setStage({ env: shared });

afterAll(async () => {
  await anaElsewhere?.close();
  await second?.discard();
});

test('a second server over the same databases starts no session of its own, and its pages work', async () => {
  const { sandbox, server, browser } = stage;
  await sandbox.createAccount({ phone: bakery, name: 'Panadería La Espiga' });
  await sandbox.createAccount({ phone: carla, name: 'Carla' });
  await sandbox.say({ from: carla, to: bakery, text: 'Buen día' });
  const ana = await stage.person('Ana');
  await ana.register();
  await ana.linkByQr(sandbox, bakery);

  second = await startServer({ sandbox, sessionPath: server.sessionPath, env: shared });
  anaElsewhere = await createPerson(browser, { url: second.url, name: 'Ana' });
  await anaElsewhere.login();
  await anaElsewhere.page.getByRole('navigation', { name: ana.words.nav.main }).waitFor();
  await anaElsewhere.page.goto('/connect');
  await anaElsewhere.waitConnected();

  await anaElsewhere.openChat('Carla');
  await ana.openChat('Carla');
  await anaElsewhere.send('Por la otra puerta');
  await anaElsewhere.message('Por la otra puerta', 'delivered').waitFor();
  await ana.message('Por la otra puerta', 'delivered').waitFor();
  await sandbox.say({ from: carla, to: bakery, text: 'Te leo igual' });
  await anaElsewhere.message('Te leo igual', 'received').waitFor();
  expect(await second.browserPids()).toHaveLength(1);
  expect((await sandbox.messagesOf(carla, bakery)).filter(({ fromMe }) => !fromMe)).toHaveLength(1);
  expect(await second.log()).not.toContain('"phase"');
});
