import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type Owner, PASSWORD, type TestApp } from '@/tests/support/app';
import { cookieOf } from '@/tests/support/cookie';
import { eventually } from '@/tests/support/node';
import { rawSocket } from '@/tests/support/raw-socket';
import { type ListeningSocket, openSocket } from '@/tests/support/socket';
import { setStores } from '@/tests/support/stores';

/** Who may listen over Socket.IO, and for how long. */

const stores = setStores();
let app: TestApp;
let owner: Owner;
const sockets: ListeningSocket[] = [];
const apps: TestApp[] = [];

async function start(env: Record<string, string> = {}): Promise<TestApp> {
  const made = await createTestApp({ databaseUrl: stores.databaseUrl, redisUrl: stores.redisUrl, env });
  apps.push(made);
  return made;
}
beforeAll(async () => {
  app = await start({ CORS_ORIGINS: 'https://shop.example' });
  owner = await app.register('Eva');
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});
afterAll(async () => {
  for (const made of apps) await made.close();
});

function open(more: Parameters<typeof openSocket>[1] = {}, at = app): ListeningSocket {
  const made = openSocket(at.url, { reconnection: false, ...more });
  sockets.push(made);
  return made;
}
const login = () => owner.client.auth.login.mutate({ email: owner.email, password: PASSWORD });

async function listens({ socket, hears }: ListeningSocket): Promise<void> {
  socket.emit('subscribe_whatsapp');
  expect((await hears('whatsapp_status_change')).userId).toBe(owner.ownerId);
}
async function refused({ errors }: ListeningSocket): Promise<string | undefined> {
  return (await eventually('a refusal', async () => errors[0])).data?.code;
}
const end = ({ ends }: ListeningSocket) => eventually('the end', async () => ends[0]);

describe('a handshake', () => {
  test('names who listens by its token, by the header, or by the dashboard’s cookie', async () => {
    await listens(open({ auth: { token: owner.token } }));
    await listens(open({ auth: { token: `Bearer ${owner.token}` } }));
    await listens(open({ extraHeaders: { authorization: `Bearer ${owner.token}` } }));
    await listens(open({ extraHeaders: { cookie: await cookieOf(app, owner) } }));
  });

  test('with a token that is none is refused with a code', async () => {
    for (const namespace of ['/', '/api/v1']) {
      for (const token of ['none', 7, { a: 1 }, 'x'.repeat(5_000), `${owner.token}x`]) {
        const socket = open({ namespace, auth: { token } });
        expect(await refused(socket)).toBe('INVALID_TOKEN');
        expect(socket.errors[0]?.data?.message).toMatch(/sesión/);
      }
    }
    const gone = await login();
    await app.client(gone.token).auth.logout.mutate();
    expect(await refused(open({ auth: { token: gone.token } }))).toBe('INVALID_TOKEN');
  });

  test('to another namespace is refused', async () => {
    const socket = open({ namespace: '/admin', auth: { token: owner.token } });
    expect((await eventually('a refusal', async () => socket.errors[0])).message).toBe('Invalid namespace');
  });
});

describe('the old authenticate event', () => {
  test('says who it is, also right before a subscription', async () => {
    const socket = open();
    socket.socket.emit('authenticate', { token: owner.token });
    await listens(socket);
    expect(socket.all('authenticated')).toEqual([
      { success: true, userId: owner.ownerId, timestamp: expect.stringMatching(/Z$/) },
    ]);
    const bare = open({ namespace: '/api/v1' });
    bare.socket.emit('authenticate', owner.token);
    await bare.hears('authenticated');
  });

  test('is answered auth_error for anything else, and the socket may try again', async () => {
    const socket = open();
    for (const token of [undefined, {}, { token: 7 }, { token: '' }]) socket.socket.emit('authenticate', token);
    await eventually('four refusals', async () => socket.all('auth_error').length === 4);
    expect(socket.all('auth_error').map(({ code }) => code)).toEqual([
      'TOKEN_REQUIRED',
      'TOKEN_REQUIRED',
      'INVALID_TOKEN',
      'TOKEN_REQUIRED',
    ]);
    socket.socket.emit('authenticate', { token: owner.token });
    await listens(socket);
  });

  test('gives up on who tries too many', async () => {
    const socket = open();
    for (let index = 0; index < 20; index++) socket.socket.emit('authenticate', { token: 'none' });
    expect(await end(socket)).toBe('io server disconnect');
    expect(socket.all('auth_error').length).toBeLessThanOrEqual(5);
  });

  test('with somebody else’s token tells of them from then on, and of nobody before', async () => {
    const leo = await app.register('Leo');
    const socket = open({ auth: { token: owner.token } });
    await listens(socket);
    socket.socket.emit('authenticate', { token: leo.token });
    await socket.hears('whatsapp_status_change', ({ userId }) => userId === leo.ownerId);
  });

  test('nobody hears anything without it', async () => {
    const socket = open();
    expect(await socket.socket.emitWithAck('subscribe_whatsapp')).toEqual({ success: false });
    expect(socket.all('auth_error')).toEqual([
      { code: 'TOKEN_REQUIRED', message: 'Iniciá sesión para continuar.', timestamp: expect.any(String) },
    ]);
    expect(socket.all('whatsapp_status_change')).toEqual([]);
    // it is heard from then on when it says who it is
    socket.socket.emit('authenticate', { token: owner.token });
    await socket.hears('whatsapp_status_change');
  });
});

describe('a sign-in that ended', () => {
  test('ends its sockets within a second, over either transport and in another process, and no others', async () => {
    const elsewhere = await start();
    const mine = await login();
    const auth = { token: mine.token };
    const ending = [
      open({ auth }),
      open({ auth, namespace: '/api/v1', transports: ['websocket'] }),
      open({ auth, transports: ['polling'] }),
      open({ auth }, elsewhere),
    ];
    const by = open();
    by.socket.emit('authenticate', auth);
    await by.hears('authenticated');
    const other = open({ auth: { token: owner.token } });
    for (const socket of [...ending, other]) await listens(socket);
    const since = Date.now();
    await app.client(mine.token).auth.logout.mutate();
    for (const socket of [...ending, by]) {
      expect(await end(socket)).toBe('io server disconnect');
      expect(socket.all('auth_error')[0]).toMatchObject({ code: 'INVALID_TOKEN' });
    }
    expect(Date.now() - since).toBeLessThan(1_000);
    expect(other.ends).toEqual([]);
  });

  test('by itself is said to have expired', async () => {
    const brief = await start({ JWT_EXPIRES_IN: '2s' });
    const { token } = await brief.client(null).auth.login.mutate({ email: owner.email, password: PASSWORD });
    const socket = open({ auth: { token } }, brief);
    await listens(socket);
    expect(await end(socket)).toBe('io server disconnect');
    expect(socket.all('auth_error')[0]).toMatchObject({ code: 'TOKEN_EXPIRED' });
    expect(await refused(open({ auth: { token } }, brief))).toBe('TOKEN_EXPIRED');
  });

  test('cuts off a peer that does not answer the close', async () => {
    const mine = await login();
    const stubborn = await rawSocket(app.config.PORT, '/socket.io/?EIO=4&transport=websocket');
    stubborn.say(`40${JSON.stringify({ token: mine.token })}`);
    await eventually('the connection', async () => stubborn.heard().includes('40{"sid"'));
    const since = Date.now();
    await app.client(mine.token).auth.logout.mutate();
    await eventually('the end', async () => stubborn.ended());
    expect(Date.now() - since).toBeLessThan(1_500);
  });
});

describe('a page', () => {
  const knock = (origin: string, headers: Record<string, string> = {}) =>
    fetch(`${app.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin, ...headers } });

  test('of ours or of CORS_ORIGINS may connect, and no other', async () => {
    const allowed = await knock('https://shop.example');
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect((await knock(app.url)).status).toBe(200);
    for (const origin of ['https://evil.example', 'null', 'https://shop.example.evil.example']) {
      const answer = await knock(origin);
      expect(answer.status).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      const socket = open({ auth: { token: owner.token }, transports: ['websocket'], extraHeaders: { origin } });
      await eventually('a refusal', async () => socket.errors[0]);
    }
    await listens(open({ auth: { token: owner.token }, extraHeaders: { origin: 'https://shop.example' } }));
  });

  test('of another origin is nobody by a cookie', async () => {
    const extraHeaders = { origin: 'https://shop.example', cookie: await cookieOf(app, owner) };
    const socket = open({ extraHeaders });
    expect(await socket.socket.emitWithAck('subscribe_whatsapp')).toEqual({ success: false });
  });

  test('finds the client’s script', async () => {
    const script = await fetch(`${app.url}/socket.io/socket.io.js`);
    expect(script.status).toBe(200);
    expect(script.headers.get('content-type')).toMatch(/javascript/);
  });
});

test('a server that ends tells its sockets to look for another, and takes no new ones', async () => {
  const ending = await start();
  const socket = open({ auth: { token: owner.token }, reconnection: true, reconnectionDelay: 50 }, ending);
  await listens(socket);
  await ending.http.close();
  expect(await end(socket)).toBe('transport close');
  await eventually('another try', async () => socket.errors.length > 0);
});
