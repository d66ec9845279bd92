import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ERRORS } from '@/server/errors';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { eventually } from '@/tests/support/node';
import { type Answer, PROCEDURES, readAnswer } from '@/tests/support/wire';
import { setStores } from '@/tests/support/stores';

/** Requests that no client of ours would ever make. */

const stores = setStores();
let app: TestApp;
let ana: Owner;

beforeAll(async () => {
  app = await createTestApp(stores);
  ana = await app.register('Ana');
});
afterAll(async () => {
  await app.close();
});

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = { 'accept-language': 'en', authorization: `Bearer ${ana.token}`, ...init.headers };
  return readAnswer(await fetch(`${app.url}/api/trpc/${path}`, { ...init, headers }));
}

const post = (path: string, body: string, type = 'application/json') =>
  ask(path, { method: 'POST', body, headers: { 'content-type': type } });

function expectRefused(answer: Answer, code: keyof typeof ERRORS): void {
  expect(answer.text).not.toMatch(/stack|node_modules|server\/|prisma/i);
  expect(answer.error?.code).toBe(code);
  expect(answer.error?.message).toBe(ERRORS[code].en);
  expect(answer.status).toBe(ERRORS[code].status);
  expect(answer.error?.requestId).toBe(answer.headers.get('x-request-id'));
}

const mutations = Object.keys(PROCEDURES).filter((path) => PROCEDURES[path] === 'mutation');
const queries = Object.keys(PROCEDURES).filter((path) => PROCEDURES[path] === 'query');
const readsInput = [
  'auth.login',
  'auth.register',
  'chats.send',
  'chats.start',
  'chats.retry',
  'chats.markRead',
  'settings.update',
];

describe('bodies', () => {
  for (const body of ['', '{', 'undefined', '{"json":', '\u0000', '[', '<xml/>', '{"json":{"chatId":}}', '\ufeff']) {
    test(`${JSON.stringify(body)} is 400`, async () => {
      for (const path of readsInput) expectRefused(await post(path, body), 'INVALID_INPUT');
    });
  }

  test('JSON that is no envelope is 400', async () => {
    const bodies = ['null', '5', '"x"', '[]', '{}', '{"chatId":"x"}', '{"json":null}', '{"json":{},"meta":5}'];
    for (const body of bodies) {
      for (const path of readsInput.filter((name) => name !== 'settings.update' || !body.includes('{}'))) {
        expectRefused(await post(path, body), 'INVALID_INPUT');
      }
    }
  });

  test('a superjson envelope made to harm is 400', async () => {
    const metas: unknown[] = [
      { values: { '__proto__.polluted': ['Date'] } },
      { values: { 'constructor.prototype.polluted': ['undefined'] } },
      { values: { a: [['custom', 'nobody']] } },
      { values: { a: [['class', 'Nobody']] } },
      { values: { a: ['regexp'] } },
      { values: { a: ['bigint'] } },
      { values: { a: ['URL'] } },
      { values: { a: [['typed-array', 'Nobody']] } },
      { referentialEqualities: { a: ['b', '__proto__.c'] } },
      { referentialEqualities: [['a']] },
      { values: 'x' },
      { values: [[[[]]]] },
    ];
    for (const meta of metas) {
      for (const path of readsInput) {
        const answer = await post(path, JSON.stringify({ json: { a: 'x', chatId: 'x' }, meta }));
        if (path === 'settings.update' && answer.status === 200) continue;
        expectRefused(answer, 'INVALID_INPUT');
      }
    }
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  test('`__proto__` and a thousand levels change nothing', async () => {
    const proto = await post('settings.update', '{"json":{"__proto__":{"readReceipts":true},"locale":"en"}}');
    expect(proto.data).toMatchObject({ readReceipts: false, locale: 'en' });
    const deep = `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`;
    expectRefused(await post('chats.send', `{"json":${deep}}`), 'INVALID_INPUT');
  });

  test('of other types are 400', async () => {
    for (const type of [
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'nonsense',
      'multipart/form-data',
    ]) {
      expectRefused(await post('settings.update', '{"json":{}}', type), 'INVALID_INPUT');
    }
    expect((await post('settings.update', '{"json":{}}', 'Application/JSON; charset=utf-8')).status).toBe(200);
  });

  test('too large is 413, and the connection lives', async () => {
    const body = JSON.stringify({ json: { text: 'a'.repeat(5_000_000) } });
    for (const path of ['chats.send', 'auth.login', 'auth.register']) {
      expectRefused(await post(path, body), 'PAYLOAD_TOO_LARGE');
    }
    expect((await ask('auth.me')).status).toBe(200);
  });

  test('headers that are too large are refused by the server itself', async () => {
    const response = await fetch(`${app.url}/api/trpc/auth.me?input=${'a'.repeat(40_000)}`);
    expect(response.status).toBe(431);
    expect(await response.json()).toMatchObject({ success: false, code: 'PAYLOAD_TOO_LARGE' });
  });
});

describe('methods and paths', () => {
  test('a mutation by GET does nothing', async () => {
    for (const path of mutations) expectRefused(await ask(path), 'INVALID_INPUT');
    expect((await ask('auth.me')).status).toBe(200);
  });

  test('a query by POST, and other methods', async () => {
    for (const path of queries) expectRefused(await post(path, '{"json":{}}'), 'INVALID_INPUT');
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      expectRefused(await ask('settings.update', { method }), 'INVALID_INPUT');
    }
    expect((await ask('auth.me', { method: 'HEAD' })).status).toBe(204);
  });

  test('procedures that do not exist are 404', async () => {
    const names = [
      'nothing',
      'auth.nothing',
      'auth',
      'constructor',
      '__proto__',
      'toString',
      'auth.constructor',
      'auth.me.name',
      'AUTH.ME',
      '',
    ];
    for (const name of names) expectRefused(await ask(name), 'NOT_FOUND');
    expectRefused(await post('hasOwnProperty', '{"json":{}}'), 'NOT_FOUND');
  });

  test('a path that is no text is 400', async () => {
    for (const path of ['%E0%A4%A', '%', 'auth.me%']) expectRefused(await ask(path), 'INVALID_INPUT');
  });

  test('a query whose input is no JSON is 400', async () => {
    for (const input of ['', 'x', '{', '%00', '%7B%22json%22%3A%5B', 'null', '5']) {
      const answer = await ask(`chats.get?input=${input}`);
      expectRefused(answer, 'INVALID_INPUT');
    }
  });

  test('a Host or an address that makes no URL is an answer all the same', async () => {
    const raw = (path: string, headers: Record<string, string>) =>
      new Promise<{ status: number; text: string }>((resolve, reject) => {
        const sent = request({ host: '127.0.0.1', port: app.config.PORT, path, headers }, (response) => {
          let text = '';
          response.on('data', (chunk) => (text += String(chunk)));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        });
        sent.on('error', reject);
        sent.end();
      });
    for (const path of ['//', 'http://', '///', '//[', 'http://[']) {
      const answer = await raw(path, { host: 'localhost' });
      expect(answer.status, path).toBeLessThan(500);
    }
    for (const [path, status] of Object.entries({ '/%': 400, '/chats/%E0%A4%A?x': 400, '/chats/%20?next=%': 200 })) {
      expect((await raw(path, { host: 'localhost' })).status, path).toBe(status);
    }
    for (const host of ['][', '%', 'a b', '', 'localhost:99999999']) {
      const answer = await raw('/api/trpc/auth.me', { host });
      expect(answer.status, `${host} ${answer.text}`).toBeLessThan(500);
    }
  });
});

describe('batches', () => {
  const batch = (paths: string[], inputs: unknown) =>
    fetch(`${app.url}/api/trpc/${paths.join(',')}?batch=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ana.token}`, 'accept-language': 'en' },
      body: JSON.stringify(inputs),
    });

  test('each call has its own answer', async () => {
    const response = await batch(['settings.update', 'chats.send', 'nothing'], {
      0: { json: { locale: 'es' } },
      1: { json: { chatId: 'x' } },
    });
    expect(response.status).toBe(207);
    const answers = (await response.json()) as {
      result?: unknown;
      error?: { json: { data: { app: { code: string } } } };
    }[];
    expect(answers.map(({ error }) => error?.json.data.app.code ?? 'ok')).toEqual(['ok', 'INVALID_INPUT', 'NOT_FOUND']);
  });

  test('a hundred at once are answered, more are refused', async () => {
    const inputs = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [index, { json: {} }]));
    const hundred = await batch(
      Array.from({ length: 100 }, () => 'settings.update'),
      inputs,
    );
    expect(hundred.status).toBe(200);
    expect(await hundred.json()).toHaveLength(100);
    const many = await readAnswer(
      await batch(
        Array.from({ length: 1000 }, () => 'auth.logout'),
        {},
      ),
    );
    expectRefused(many, 'INVALID_INPUT');
    expect((await ask('auth.me')).status).toBe(200);
  });

  test('inputs that are no object, and mixed types, are refused', async () => {
    for (const inputs of [[], null, 5, 'x']) {
      const response = await batch(['settings.update'], inputs);
      expect(response.status, JSON.stringify(inputs)).toBe(400);
    }
    expectRefused(await readAnswer(await batch(['settings.update', 'auth.me'], {})), 'INVALID_INPUT');
  });
});

describe('over a WebSocket', () => {
  test('broken frames are answered, and the socket lives', async () => {
    const wire = await app.wire({ token: ana.token });
    const frames = ['{', '', 'null', '5', '[]', '{}', '[null]', '{"id":1}', '{"id":{},"method":"query"}', 'PONG'];
    for (const frame of frames) wire.socket.send(frame);
    wire.socket.send(JSON.stringify({ id: 77, method: 'query', params: { path: 'auth.me' } }));
    wire.socket.send(JSON.stringify({ id: 78, method: 'nothing', params: { path: 'auth.me', input: {} } }));
    wire.socket.send(Buffer.from([0xff, 0xfe, 0]));
    expect((await wire.call('auth.me')).error).toBeNull();
    expect(wire.frames()).toContain('INVALID_INPUT');
    expect(wire.frames()).not.toMatch(/INTERNAL|"stack"|node_modules/);
  });

  test('procedures that do not exist, and a subscription asked for as a query', async () => {
    const wire = await app.wire({ token: ana.token });
    for (const path of ['nothing', 'constructor', '__proto__']) {
      expect((await wire.call(path)).error).toMatchObject({ code: 'NOT_FOUND' });
    }
    wire.socket.send(JSON.stringify({ id: 1000, method: 'query', params: { path: 'events.follow', input: {} } }));
    wire.socket.send(JSON.stringify({ id: 1001, method: 'subscription', params: { path: 'auth.me', input: {} } }));
    await eventually('answers', async () => ['"id":1000', '"id":1001'].every((id) => wire.frames().includes(id)));
    expect((await wire.call('auth.me')).error).toBeNull();
    expect(wire.frames()).not.toMatch(/"code":"INTERNAL"/);
  });

  test('connection params of any make', async () => {
    const params = [
      { data: { token: 5 } },
      { data: 'x' },
      { data: null },
      { data: { token: null } },
      'nonsense',
      { data: { locale: {} } },
    ];
    for (const param of params) {
      const socket = new WebSocket(`${app.url.replace('http', 'ws')}/api/trpc?connectionParams=1`);
      const heard: string[] = [];
      socket.on('message', (data) => heard.push(String(data)));
      const closed = new Promise((resolve) => socket.on('close', resolve));
      await new Promise((resolve) => socket.on('open', resolve));
      socket.send(typeof param === 'string' ? param : JSON.stringify({ method: 'connectionParams', ...param }));
      socket.send(JSON.stringify({ id: 1, method: 'query', params: { path: 'auth.me', input: { json: {} } } }));
      await Promise.race([closed, eventually('an answer', async () => heard.length > 0)]);
      expect(heard.join('\n')).not.toMatch(/"email"|"code":"INTERNAL"/);
      socket.close();
    }
  });

  test('a frame that is too large ends that socket alone', async () => {
    const wire = await app.wire({ token: ana.token });
    wire.socket.send('a'.repeat(1_000_000));
    await eventually('the end', async () => wire.closed());
    expect(wire.closed()?.code).toBe(1009);
    expect((await ask('auth.me')).status).toBe(200);
  });
});
