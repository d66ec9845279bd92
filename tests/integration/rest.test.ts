import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERRORS } from '@/server/errors';
import { createTestApp, type Owner, PASSWORD, type TestApp } from '@/tests/support/app';
import { setStores } from '@/tests/support/stores';

/** What every route of /api/v1 keeps: bodies, query strings, methods, headers, errors. */

const stores = setStores();
let app: TestApp;
let owner: Owner;
beforeAll(async () => {
  app = await createTestApp({ databaseUrl: stores.databaseUrl, redisUrl: stores.redisUrl });
  owner = await app.register('Ana', 'ana@example.com');
});
afterAll(async () => {
  await app.close();
});

const credentials = { email: 'ana@example.com', password: PASSWORD };
const login = (raw: BodyInit, headers: Record<string, string> = {}) => app.rest('POST /auth/login', { raw, headers });

describe('a body', () => {
  const json = JSON.stringify(credentials);
  const bytes = (text: string) => new TextEncoder().encode(text);

  test('is JSON under application/json in any charset, or under no Content-Type at all', async () => {
    const types = [
      'application/json',
      'application/json; charset=utf-8',
      'Application/JSON;charset="UTF-8"',
      'application/json; charset=nonsense',
    ];
    for (const type of types) expect((await login(json, { 'content-type': type })).status, type).toBe(200);
    // fetch names no type for bytes, and an empty one is none
    expect((await login(bytes(json))).status).toBe(200);
    expect((await login(bytes(json), { 'content-type': '' })).status).toBe(200);
    const latin = Buffer.from(JSON.stringify({ ...credentials, note: 'ñ' }), 'latin1');
    expect((await login(latin, { 'content-type': 'application/json; charset=iso-8859-1' })).status).toBe(200);
    const wide = Buffer.from(json, 'utf16le');
    expect((await login(wide, { 'content-type': 'application/json; charset=utf-16le' })).status).toBe(200);
  });

  test('that is broken, of another kind or badly encoded is 400', async () => {
    for (const raw of ['{', '{"a":', 'hola', '{"a":1}}', '\u0000', `{'a':1}`]) {
      const answer = await login(raw, { 'content-type': 'application/json' });
      expect(answer, raw).toMatchObject({ status: 400, body: { code: 'INVALID_JSON' } });
    }
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/jsonx',
    ]) {
      expect(await login(json, { 'content-type': type }), type).toMatchObject({
        status: 400,
        body: { code: 'INVALID_JSON' },
      });
    }
    const broken = Buffer.concat([bytes('{"email":"'), Buffer.from([0xff, 0xfe]), bytes('"}')]);
    expect((await login(broken)).body.code).toBe('INVALID_JSON');
  });

  test('that is empty says nothing, and one that is no object is 400', async () => {
    const { token } = owner;
    for (const raw of ['', ' \n ']) {
      const { status, body } = await login(raw, { 'content-type': 'application/json' });
      expect(status).toBe(400);
      expect(body.details).toEqual([
        { field: 'email', message: 'Hace falta.' },
        { field: 'password', message: 'Hace falta.' },
      ]);
    }
    for (const raw of ['[]', '"x"', '5', 'null', 'true']) {
      const headers = { 'content-type': 'application/json' };
      expect(await login(raw, headers), raw).toMatchObject({
        status: 400,
        body: { details: [{ field: '', message: 'El cuerpo tiene que ser un objeto JSON.' }] },
      });
      expect((await app.rest('POST /whatsapp/restore', { token, raw, headers })).status, raw).toBe(400);
    }
    const broken = { token, raw: '{', headers: { 'content-type': 'application/json' } };
    expect(await app.rest('POST /whatsapp/restore', broken)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_JSON' },
    });
  });

  test('over the limit is 413, also when nobody said how long it is', async () => {
    const long = JSON.stringify({ ...credentials, more: 'x'.repeat(300_000) });
    expect(await login(long, { 'content-type': 'application/json' })).toMatchObject({
      status: 413,
      body: { code: 'PAYLOAD_TOO_LARGE', success: false },
    });
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(app.config.PORT, '127.0.0.1');
      let said = '';
      socket.on('data', (data) => {
        said += String(data);
        if (said.includes('PAYLOAD_TOO_LARGE')) {
          socket.destroy();
          resolve(said);
        }
      });
      socket.on('error', reject);
      socket.write('POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
      const chunk = 'y'.repeat(0x8000);
      for (let sent = 0; sent < 10; sent++) socket.write(`8000\r\n${chunk}\r\n`);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    // the server goes on
    expect((await login(json, { 'content-type': 'application/json' })).status).toBe(200);
  });

  test('is never coerced, and carries nothing into a prototype', async () => {
    const raw = '{"email":"ana@example.com","password":"secreto-123","__proto__":{"admin":true},"constructor":1}';
    expect((await login(raw, { 'content-type': 'application/json' })).status).toBe(200);
    expect(Reflect.get({}, 'admin')).toBeUndefined();
    const coerced = await app.rest('POST /auth/login', { body: { email: ['ana@example.com'], password: 12345678 } });
    expect(coerced.body.details).toEqual([
      { field: 'email', message: 'Tiene que ser un texto.' },
      { field: 'password', message: 'Tiene que ser un texto.' },
    ]);
  });
});

describe('a query string', () => {
  const list = (query: string) => app.rest(`GET /clients${query}`, { token: owner.token });

  test('is coerced by the schema, and what does not read as its type is 400', async () => {
    const phones = ['+5491100000011', '+5491100000012', '+5491100000013'];
    for (const phone of phones) {
      const made = await app.rest('POST /clients', {
        token: owner.token,
        body: { name: `Cliente ${phone.at(-1)}`, phone },
      });
      expect(made.status).toBe(201);
    }
    const two = await list('?limit=2&offset=1&nothing=7');
    expect(two.body).toHaveLength(2);
    expect(two.headers.get('x-total-count')).toBe('3');
    expect((await list('')).body.map(({ phone }: { phone: string }) => phone)).toEqual(phones.toReversed());
    expect((await list('?limit=&search=')).body).toHaveLength(3);
    const bad = [
      '?limit=0x10',
      '?limit=1e2',
      '?limit=two',
      '?limit=1&limit=2',
      '?limit=501',
      '?limit=%00',
      '?offset=1.5',
      '?search=a&search=b',
      '?limit=99999999999999999999',
    ];
    for (const query of bad) {
      const { status, body } = await list(query);
      expect({ status, code: body.code }, query).toEqual({ status: 400, code: 'INVALID_INPUT' });
      expect(body.details[0].field).toBe(/\?(\w+)/.exec(query)?.[1]);
    }
  });
});

describe('a path', () => {
  test('that is none is 404, and one that does not take the method is 405 with Allow', async () => {
    for (const route of [
      'GET /',
      'GET ',
      'GET /nothing',
      'POST /auth',
      'GET /clients/a/b',
      'GET /cl%zzients',
      'GET /__proto__',
    ]) {
      expect(await app.rest(route), route).toMatchObject({ status: 404, body: { code: 'NOT_FOUND', success: false } });
    }
    const wrong = await app.rest('DELETE /auth/login');
    expect(wrong).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' } });
    expect(wrong.headers.get('allow')).toBe('POST, OPTIONS');
    const others = await app.rest('PATCH /clients/x', { token: owner.token });
    expect(others.headers.get('allow')).toBe('GET, HEAD, PUT, DELETE, OPTIONS');
    // "send" is no message's id
    const literal = await app.rest('GET /messages/send', { token: owner.token });
    expect([literal.status, literal.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
    for (const [address, allow] of [
      ['/webhooks/twilio', 'POST, OPTIONS'],
      ['/openapi.json', 'GET, HEAD, OPTIONS'],
    ] as const) {
      expect((await app.rest(`OPTIONS ${address}`)).status, address).toBe(204);
      const refused = await app.rest(`DELETE ${address}`);
      expect([refused.status, refused.headers.get('allow')], address).toEqual([405, allow]);
    }
    const asked = await app.rest('OPTIONS /clients');
    expect({ status: asked.status, allow: asked.headers.get('allow') }).toEqual({
      status: 204,
      allow: 'GET, HEAD, POST, OPTIONS',
    });
    expect((await app.rest('GET /auth/me/', { token: owner.token })).status).toBe(200);
  });

  test('with an id that we never made is 404, whatever it looks like', async () => {
    for (const id of [
      'client_id',
      '7',
      '%00',
      '%zz',
      '%ED%A0%80',
      '..',
      encodeURIComponent("' OR 1=1 --"),
      encodeURIComponent('ñ/😀'),
      'x'.repeat(200),
    ]) {
      const answer = await app.rest(`GET /clients/${id}`, { token: owner.token });
      if (id === '..') continue;
      expect(answer, id).toMatchObject({ status: 404, body: { code: 'CLIENT_NOT_FOUND' } });
    }
  });

  test('answers HEAD as GET, without the body', async () => {
    const head = await app.rest('HEAD /clients', { token: owner.token });
    expect(head.status).toBe(200);
    expect(head.text).toBe('');
    expect(head.headers.get('x-total-count')).toBe('3');
  });

  test('that is gone with 204 says nothing more', async () => {
    const { token } = owner;
    const made = await app.rest('POST /clients', { token, body: { name: 'Por un rato', phone: '+5491100000099' } });
    const gone = await app.rest(`DELETE /clients/${made.body.id}`, { token });
    expect({ status: gone.status, text: gone.text, type: gone.headers.get('content-type') }).toEqual({
      status: 204,
      text: '',
      type: null,
    });
    expect((await app.rest(`DELETE /clients/${made.body.id}`, { token })).status).toBe(404);
  });
});

describe('every answer', () => {
  test('carries the request’s id, the caller’s where it is a harmless one', async () => {
    const mine = await app.rest('GET /auth/me', { headers: { 'x-request-id': 'pedido-4711' } });
    expect(mine.headers.get('x-request-id')).toBe('pedido-4711');
    expect(mine.body.requestId).toBe('pedido-4711');
    const ours = await app.rest('GET /auth/me', { headers: { 'x-request-id': 'a b' } });
    expect(ours.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(ours.body.requestId).toBe(ours.headers.get('x-request-id'));
    const fine = await app.rest('GET /auth/me', { token: owner.token });
    expect(fine.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(fine.headers.get('cache-control')).toBe('no-store');
    expect(fine.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('speaks the language that was asked for, Spanish if none was', async () => {
    const said = async (language?: string) =>
      (await app.rest('GET /auth/me', { headers: language ? { 'accept-language': language } : {} })).body.message;
    expect(await said()).toBe(ERRORS.TOKEN_REQUIRED.es);
    expect(await said('en')).toBe(ERRORS.TOKEN_REQUIRED.en);
    expect(await said('en-US,en;q=0.9,es;q=0.8')).toBe(ERRORS.TOKEN_REQUIRED.en);
    expect(await said('de')).toBe(ERRORS.TOKEN_REQUIRED.es);
  });

  test('of an error has exactly the contract’s fields', async () => {
    const { body } = await app.rest('GET /auth/me');
    expect(Object.keys(body)).toEqual(['success', 'error', 'code', 'message', 'requestId']);
    const bad = await app.rest('POST /auth/login', { body: {} });
    expect(Object.keys(bad.body)).toEqual(['success', 'error', 'code', 'message', 'details', 'requestId']);
    expect(bad.body.details).toEqual([
      { field: 'email', message: expect.any(String) },
      { field: 'password', message: expect.any(String) },
    ]);
    expect(bad.text).not.toMatch(/zod|expected string|Invalid input/i);
  });
});
