import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ownerIdOfRow } from '@/server/auth/owner-id';
import { listClients } from '@/server/clients/clients';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { callRest, type RestOptions } from '@/tests/support/rest';
import { setStores } from '@/tests/support/stores';

const stores = setStores();
let app: TestApp;
let ana: Owner;

beforeAll(async () => {
  app = await createTestApp({ ...stores });
});
afterAll(() => app.close());
beforeEach(async () => {
  ana = await app.register('Ana');
});

const call = (route: string, body?: unknown, more: RestOptions = {}) =>
  callRest(app.url, route, { token: ana.token, ...(body !== undefined && { body }), ...more });
const post = async (body: object) => {
  const answer = await call('POST /clients', body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
};
const eventsOf = async () =>
  (await app.node.db.event.findMany({ where: { ownerId: ana.ownerId }, orderBy: { seq: 'asc' } })).map(
    ({ type }) => type,
  );

describe('a client', () => {
  test('is made, read, changed and deleted', async () => {
    const made = await post({ name: ' Carla ', phone: '+54 9 11 3456-7890', email: 'Carla@Example.com', notes: 'x' });
    expect(made).toEqual({
      id: expect.any(String),
      name: 'Carla',
      phone: '+5491134567890',
      email: 'carla@example.com',
      notes: 'x',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    });
    expect((await call(`GET /clients/${made.id}`)).body).toEqual(made);
    const changed = await call(`PUT /clients/${made.id}`, { notes: null, name: 'Carla B.' });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ name: 'Carla B.', notes: null, phone: made.phone, email: made.email });
    // what says nothing new changes nothing
    for (const same of [{}, { name: ' Carla B. ', notes: '', phone: '+54 9 11 3456-7890' }]) {
      expect(await call(`PUT /clients/${made.id}`, same)).toMatchObject({ status: 200, body: changed.body });
    }
    const deleted = await call(`DELETE /clients/${made.id}`);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    for (const route of ['GET', 'DELETE']) {
      const answer = await call(`${route} /clients/${made.id}`);
      expect([answer.status, answer.body.code]).toEqual([404, 'CLIENT_NOT_FOUND']);
    }
    expect((await call(`PUT /clients/${made.id}`, { name: 'x' })).body.code).toBe('CLIENT_NOT_FOUND');
    expect(await eventsOf()).toEqual(['client.created', 'client.updated', 'client.deleted']);
  });

  test('needs a name, and a phone or an e-mail', async () => {
    for (const [body, field] of [
      [{ phone: '+5491134567890' }, 'name'],
      [{ name: '', phone: '+5491134567890' }, 'name'],
      [{ name: 'Carla' }, 'phone'],
      [{ name: 'Carla', phone: '', email: '' }, 'phone'],
      [{ name: 'Carla', email: 'nada' }, 'email'],
      [{ name: 'Carla', phone: '+5491134567890', notes: 'x'.repeat(5001) }, 'notes'],
      [{ name: 'a\u0000b', phone: '+5491134567890' }, 'name'],
      [{ name: 7, phone: '+5491134567890' }, 'name'],
    ] as const) {
      const answer = await call('POST /clients', body);
      expect([answer.status, answer.body.code]).toEqual([400, 'INVALID_INPUT']);
      expect(answer.body.details.map((detail: { field: string }) => detail.field)).toContain(field);
    }
    expect((await call('POST /clients', { name: 'x' })).body.details).toEqual([
      { field: 'phone', message: 'Hace falta un teléfono o un correo.' },
    ]);
    expect(await post({ name: 'Dora', email: 'dora@example.com', phone: '', notes: '' })).toMatchObject({
      phone: null,
      email: 'dora@example.com',
      notes: null,
    });
  });

  test('whose phone is none is refused by name', async () => {
    const answer = await call('POST /clients', { name: 'x', phone: 'hola' }, { headers: { 'accept-language': 'en' } });
    expect([answer.status, answer.body.code, answer.body.details[0].field]).toEqual([400, 'INVALID_PHONE', 'phone']);
    expect(answer.body.message).toMatch(/phone number/);
  });

  test("without a + is read in the owner's country", async () => {
    expect((await post({ name: 'a', phone: '11 3456-7890' })).phone).toBe('+541134567890');
    await ana.client.settings.update.mutate({ country: 'ES' });
    expect((await post({ name: 'b', phone: '612 34 56 78' })).phone).toBe('+34612345678');
  });

  test('is one per phone, however it is spelled, also of twenty at once', async () => {
    const spelled = ['+54 9 11 3456-7890', '5491134567890', '0054 9 11 3456 7890', '+5491134567890'];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => call('POST /clients', { name: 'Carla', phone: spelled[index % 4] })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const { status, body } of answers.filter(({ status }) => status !== 201)) {
      expect([status, body.code, body.details[0].field]).toEqual([409, 'CLIENT_PHONE_EXISTS', 'phone']);
    }
    const other = await post({ name: 'Dora', phone: '+5491155555555' });
    const moved = await call(`PUT /clients/${other.id}`, { phone: '+5491134567890' });
    expect([moved.status, moved.body.code]).toEqual([409, 'CLIENT_PHONE_EXISTS']);
    // its own is no obstacle
    expect((await call(`PUT /clients/${other.id}`, { phone: '+54 9 11 5555-5555', name: 'D' })).status).toBe(200);
    const beto = await app.register('Beto');
    const his = await callRest(app.url, 'POST /clients', { token: beto.token, body: { name: 'x', phone: spelled[0] } });
    expect(his.status).toBe(201);
  });

  test('keeps a way to be reached', async () => {
    const { id } = await post({ name: 'Dora', email: 'dora@example.com' });
    const needed = {
      status: 400,
      body: { details: [{ field: 'phone', message: 'Hace falta un teléfono o un correo.' }] },
    };
    expect(await call(`PUT /clients/${id}`, { email: null })).toMatchObject(needed);
    // as it was read
    const { body: read } = await call(`GET /clients/${id}`);
    expect(await call(`PUT /clients/${id}`, read)).toMatchObject({ status: 200, body: read });
    expect((await call(`PUT /clients/${id}`, { phone: '+5491155555555' })).body.phone).toBe('+5491155555555');
    expect((await call(`PUT /clients/${id}`, { phone: null })).body).toMatchObject({ phone: null, email: read.email });
    // the number is nobody's again
    const eva = await post({ name: 'Eva', phone: '+5491155555555' });
    expect(await call(`PUT /clients/${eva.id}`, { phone: null })).toMatchObject(needed);
  });

  test('with orders stays', async () => {
    const { id } = await post({ name: 'Carla', phone: '+5491134567890' });
    const order = await call('POST /orders', { clientId: id, description: 'una torta' });
    const refused = await call(`DELETE /clients/${id}`);
    expect([refused.status, refused.body.code]).toEqual([409, 'CLIENT_HAS_ORDERS']);
    await call(`DELETE /orders/${order.body.id}`);
    expect((await call(`DELETE /clients/${id}`)).status).toBe(204);
  });

  test('is deleted or given an order, never both, when it happens at once', async () => {
    for (let round = 0; round < 8; round++) {
      const { id } = await post({ name: 'Carla', phone: `+54911345678${String(round).padStart(2, '0')}` });
      const [deleted, ordered] = await Promise.all([
        call(`DELETE /clients/${id}`),
        call('POST /orders', { clientId: id, description: 'una torta' }),
      ]);
      expect([
        [204, 404],
        [409, 201],
      ]).toContainEqual([deleted.status, ordered.status]);
    }
  });
});

test('an account goes with everything of it', async () => {
  const { id } = await post({ name: 'Carla', phone: '+5491134567890' });
  const { body: order } = await call('POST /orders', { clientId: id, description: 'una torta' });
  await call('POST /templates', { name: 'mía', content: 'hola' });
  const { db } = app.node;
  const { ownerId } = ana;
  await db.message.create({
    data: {
      ownerId,
      clientId: id,
      orderId: order.id,
      channel: 'email',
      provider: 'email',
      direction: 'outbound',
      text: 'hola',
      status: 'sent',
      at: new Date(),
      attempts: { create: { provider: 'email', recipient: 'carla@example.com' } },
    },
  });
  await db.user.delete({ where: { id: ownerId } });
  const left = await Promise.all([
    db.client.count({ where: { ownerId } }),
    db.order.count({ where: { ownerId } }),
    db.message.count({ where: { ownerId } }),
  ]);
  expect(left).toEqual([0, 0, 0]);
});

test("no row can belong to another owner's client", async () => {
  const { id } = await post({ name: 'Carla', phone: '+5491134567890' });
  const beto = await app.register('Beto');
  const data = { ownerId: beto.ownerId, clientId: id, description: 'x', searchText: 'x' };
  await expect(app.node.db.order.create({ data })).rejects.toMatchObject({ code: 'P2003' });
});

describe('the list', () => {
  const names = async (query: string) => {
    const answer = await call(`GET /clients?${query}`);
    expect(answer.status, answer.text).toBe(200);
    return {
      names: answer.body.map((client: { name: string }) => client.name),
      total: Number(answer.headers.get('x-total-count')),
    };
  };

  test('is a bare array, newest first, in pages', async () => {
    for (const name of ['uno', 'dos', 'tres', 'cuatro']) await post({ name, email: `${name}@example.com` });
    expect(await names('')).toEqual({ names: ['cuatro', 'tres', 'dos', 'uno'], total: 4 });
    expect(await names('limit=2&offset=1')).toEqual({ names: ['tres', 'dos'], total: 4 });
    expect(await names('offset=999999999')).toEqual({ names: [], total: 4 });
    for (const query of ['limit=0', 'limit=501', 'limit=x', 'offset=-1', 'limit=1.5']) {
      expect((await call(`GET /clients?${query}`)).status, query).toBe(400);
    }
  });

  test('finds by name, e-mail, notes and phone, without case, accents and wildcards', async () => {
    await post({ name: 'José Ñandú', phone: '+5491134567890', notes: 'paga el 50% al retirar' });
    await post({ name: 'a_b', email: 'dora@example.com' });
    await post({ name: "O'Brien 😀", email: 'x@example.com' });
    const found = async (search: string) => (await names(`search=${encodeURIComponent(search)}`)).names;
    expect(await found('jose nandu')).toEqual(['José Ñandú']);
    expect(await found('ÑAN')).toEqual(['José Ñandú']);
    expect(await found('11 3456-78')).toEqual(['José Ñandú']);
    expect(await found('50%')).toEqual(['José Ñandú']);
    expect(await found('%')).toEqual(['José Ñandú']);
    expect(await found('_')).toEqual(['a_b']);
    expect(await found('DORA@')).toEqual(['a_b']);
    expect(await found("o'b")).toEqual(["O'Brien 😀"]);
    expect(await found('😀')).toEqual(["O'Brien 😀"]);
    expect(await found('"; drop table client; --')).toEqual([]);
    expect((await call(`GET /clients?search=${'x'.repeat(201)}`)).status).toBe(400);
    expect((await call('GET /clients?search=%00')).status).toBe(400);
  });

  test('finds by any part of any name', async () => {
    const ownerId = ownerIdOfRow(ana);
    const text = fc
      .string({ minLength: 1, maxLength: 60, unit: 'grapheme' })
      .filter((name) => name.trim() === name && !/[\0\p{Surrogate}]/u.test(name));
    await fc.assert(
      fc.asyncProperty(text, fc.nat(), fc.nat(), async (name, a, b) => {
        const { id } = await ana.client.clients.create.mutate({ name, email: `${randomUUID()}@example.com` });
        const letters = [...name];
        const [from, to] = [a % letters.length, b % letters.length].sort((x, y) => x - y);
        const search = letters.slice(from, (to ?? 0) + 1).join('');
        const { items } = await listClients(app.node.db, ownerId, { limit: 500, offset: 0, search });
        expect(items.map((one) => one.id)).toContain(id);
      }),
      { numRuns: 60 },
    );
  });
});
