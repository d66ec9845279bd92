import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEmbeddedPostgres } from '@/server/embedded/postgres';
import { createEmbeddedRedis } from '@/server/embedded/redis';
import { quietLogger } from '@/tests/support/quiet-logger';
import { callRest } from '@/tests/support/rest';
import { type Server, startServer } from '@/tests/support/server';
import { createTwilioPeer, type TwilioPeer } from '@/tests/support/twilio-peer';
import { waitUntil } from '@/tests/support/wait-until';

/** Two servers over the same databases, of which one is killed while it sends: each message goes once, or says that nobody knows. */

const endings: (() => Promise<unknown>)[] = [];
let twilio: TwilioPeer;
let one: Server;
let two: Server;
let token: string;
let clientId: string;
let startTwo: () => Promise<void>;
let leaveOpen: (messageId: string) => Promise<unknown>;

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'omniwp-stores-'));
  await chmod(dataDir, 0o711);
  endings.push(() => rm(dataDir, { recursive: true, force: true }));
  const postgres = await createEmbeddedPostgres({ dataDir, logger: quietLogger });
  endings.push(postgres.stop);
  const redis = await createEmbeddedRedis({ dataDir, logger: quietLogger });
  endings.push(redis.stop);
  const database = new Client({ connectionString: postgres.url });
  leaveOpen = (messageId) =>
    database.query(
      `INSERT INTO message_attempt (id, message_id, provider, recipient, at)
       VALUES (gen_random_uuid(), $1, 'whatsapp_web', '+5491134567890', now() - interval '2 seconds')`,
      [messageId],
    );
  twilio = await createTwilioPeer();
  endings.push(twilio.close);
  const env = {
    JWT_SECRET: randomBytes(48).toString('base64url'),
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    WHATSAPP_WEB_ENABLED: 'false',
    ...twilio.env,
  };
  one = await startServer({ env });
  endings.push(() => one.discard());
  await database.connect();
  endings.push(() => database.end());
  startTwo = async () => {
    two = await startServer({ env });
    endings.push(() => two.discard());
  };
  const account = { name: 'Ana', email: 'ana@example.com', password: 'una-clave-larga-42' };
  token = (await callRest(one.url, 'POST /auth/register', { body: account })).body.token;
  clientId = await makeClient(one, '+5491134567890');
});
afterAll(async () => {
  for (const end of endings.toReversed()) await end();
});

async function makeClient({ url }: Server, phone: string): Promise<string> {
  return (await callRest(url, 'POST /clients', { token, body: { name: 'Carla', phone } })).body.id;
}

const send = (server: Server, text: string, key: string, to = clientId) =>
  callRest(server.url, 'POST /messages/send', {
    token,
    body: { clientId: to, text },
    headers: { 'idempotency-key': key },
  });
const read = async (id: string) => (await callRest(two.url, `GET /messages/${id}`, { token })).body;
const takenOf = (text: string) => twilio.taken.filter(({ body }) => body === text).length;

test('killed while Twilio was taking it: whoever takes over asks Twilio, and does not send it again', async () => {
  // nobody else could be sending it
  twilio.next({ kind: 'take and stall', forMs: 8_000 });
  const { messageId } = (await send(one, 'a medias', randomUUID())).body;
  await waitUntil('Twilio to have it', () => takenOf('a medias') === 1, 30);
  // older versions could leave one of the other channel open too
  await leaveOpen(messageId);
  await one.kill();
  await startTwo();
  const behind = (await send(two, 'detrás de él', randomUUID())).body.messageId;
  await waitUntil('it to be settled', async () => (await read(messageId)).status === 'sent', 60);
  expect(await read(messageId)).toMatchObject({
    errorCode: null,
    provider: 'twilio',
    attempts: [{ outcome: 'not_left' }, { outcome: 'taken' }],
  });
  expect(takenOf('a medias')).toBe(1);
  await waitUntil('the one behind it to go', async () => (await read(behind)).status === 'sent', 30);
  await one.start();
});

test('killed in the middle of forty: each that was answered goes once, and asked for again it is the same one', async () => {
  twilio.always({ kind: 'take', afterMs: 20 });
  const clients = await Promise.all(Array.from({ length: 8 }, (_, index) => makeClient(two, `+549113000000${index}`)));
  const wanted = Array.from({ length: 40 }, (_, index) => ({
    text: `cuarenta ${index}`,
    key: randomUUID(),
    to: clients[index % clients.length] ?? clientId,
  }));
  const asked = wanted.map(({ text, key, to }, index) =>
    send(index % 2 ? one : two, text, key, to).then(
      ({ status, body }) => (status === 202 ? String(body.messageId) : null),
      () => null,
    ),
  );
  await Promise.race([asked[1], asked[3]]);
  await one.kill();
  const first = await Promise.all(asked);
  // whoever got no answer asks again, and so does whoever got one
  const again = await Promise.all(wanted.map(({ text, key, to }) => send(two, text, key, to)));
  for (const [index, { status, body }] of again.entries()) {
    expect(status, JSON.stringify(body)).toBe(202);
    if (first[index] !== null) expect(body.messageId).toBe(first[index]);
  }
  const ids = again.map(({ body }) => String(body.messageId));
  expect(new Set(ids).size).toBe(wanted.length);
  const settled = async () => {
    const messages = await Promise.all(ids.map(read));
    return messages.every(({ status, errorCode }) => status === 'sent' || errorCode === 'SEND_UNCONFIRMED');
  };
  await waitUntil('each to be settled', settled, 90);
  for (const [index, { text }] of wanted.entries()) {
    const { status } = await read(ids[index] ?? '');
    if (status === 'sent') expect(takenOf(text), text).toBe(1);
    else expect(takenOf(text), text).toBeLessThanOrEqual(1);
  }
  const { total } = (await callRest(two.url, 'GET /messages?limit=1', { token })).body;
  expect(total).toBe(wanted.length + 2);
});
