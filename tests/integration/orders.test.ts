import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { callRest } from '@/tests/support/rest';
import { setStores } from '@/tests/support/stores';

const stores = setStores();
let app: TestApp;
let ana: Owner;
let carla: string;

beforeAll(async () => {
  app = await createTestApp({ ...stores });
});
afterAll(() => app.close());
beforeEach(async () => {
  ana = await app.register('Ana');
  carla = (await post('/clients', { name: 'Carla', phone: '+5491134567890' })).id;
});

const call = (route: string, body?: unknown) =>
  callRest(app.url, route, { token: ana.token, ...(body !== undefined && { body }) });
async function post(path: string, body: object) {
  const answer = await call(`POST ${path}`, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

describe('an order', () => {
  test('is made, read, changed and deleted', async () => {
    const made = await post('/orders', { clientId: carla, description: 'una torta' });
    expect(made).toEqual({
      id: expect.any(String),
      userId: ana.ownerId,
      clientId: carla,
      description: 'una torta',
      status: 'pendiente',
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
      client: { id: carla, name: 'Carla', phone: '+5491134567890' },
    });
    expect((await call(`GET /orders/${made.id}`)).body).toEqual(made);
    const dora = await post('/clients', { name: 'Dora', email: 'dora@example.com' });
    const changed = await call(`PUT /orders/${made.id}`, { status: 'en_proceso', clientId: dora.id });
    expect(changed.body).toMatchObject({
      status: 'en_proceso',
      description: 'una torta',
      client: { name: 'Dora', phone: null },
    });
    // what says nothing new changes nothing
    for (const same of [{}, { status: 'en_proceso', description: ' una torta ' }]) {
      expect(await call(`PUT /orders/${made.id}`, same)).toMatchObject({ status: 200, body: changed.body });
    }
    expect((await call(`DELETE /orders/${made.id}`)).status).toBe(204);
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const answer = await call(`${method} /orders/${made.id}`, method === 'PUT' ? { status: 'cancelado' } : undefined);
      expect([answer.status, answer.body.code]).toEqual([404, 'ORDER_NOT_FOUND']);
    }
    const events = await app.node.db.event.findMany({ where: { ownerId: ana.ownerId }, orderBy: { seq: 'asc' } });
    expect(events.map(({ type }) => type).filter((type) => type.startsWith('order.'))).toEqual([
      'order.created',
      'order.updated',
      'order.deleted',
    ]);
  });

  test('takes each of the six statuses and no other', async () => {
    const { id } = await post('/orders', { clientId: carla, description: 'x', status: 'entregado' });
    for (const status of ['pendiente', 'confirmado', 'en_proceso', 'completado', 'entregado', 'cancelado']) {
      expect((await call(`PUT /orders/${id}`, { status })).body.status).toBe(status);
    }
    const bad = await call(`PUT /orders/${id}`, { status: 'listo' });
    expect([bad.status, bad.body.details[0].field]).toEqual([400, 'status']);
  });

  test('needs a client of the owner and a description', async () => {
    for (const clientId of [
      'nadie',
      '00000000-0000-4000-8000-000000000000',
      `${carla.slice(0, -1)}${carla.endsWith('0') ? 1 : 0}`,
    ]) {
      const answer = await call('POST /orders', { clientId, description: 'x' });
      expect([answer.status, answer.body.code], clientId).toEqual([404, 'CLIENT_NOT_FOUND']);
    }
    for (const body of [{ clientId: carla }, { clientId: carla, description: ' ' }, { description: 'x' }]) {
      expect((await call('POST /orders', body)).status).toBe(400);
    }
  });

  test('leaves its messages when it is deleted', async () => {
    const { id } = await post('/orders', { clientId: carla, description: 'x' });
    const message = await app.node.db.message.create({
      data: {
        ownerId: ana.ownerId,
        clientId: carla,
        orderId: id,
        channel: 'email',
        provider: 'email',
        direction: 'outbound',
        text: 'hola',
        status: 'sent',
        at: new Date(),
      },
    });
    expect((await call(`DELETE /orders/${id}`)).status).toBe(204);
    expect(await app.node.db.message.findUnique({ where: { id: message.id } })).toMatchObject({ orderId: null });
  });
});

describe('the list', () => {
  const list = async (query: string) => {
    const answer = await call(`GET /orders?${query}`);
    expect(answer.status, answer.text).toBe(200);
    return [
      answer.body.map((order: { description: string }) => order.description).join(),
      answer.headers.get('x-total-count'),
    ];
  };

  test('is newest first, by client, by status and by words', async () => {
    const dora = await post('/clients', { name: 'Dora Méndez', phone: '+5491155555555' });
    await post('/orders', { clientId: carla, description: 'torta 100%' });
    await post('/orders', { clientId: dora.id, description: 'Pan de campaña', status: 'confirmado' });
    await post('/orders', { clientId: carla, description: 'facturas', status: 'confirmado' });
    expect(await list('')).toEqual(['facturas,Pan de campaña,torta 100%', '3']);
    expect(await list('limit=1&offset=1')).toEqual(['Pan de campaña', '3']);
    expect(await list(`clientId=${carla}`)).toEqual(['facturas,torta 100%', '2']);
    expect(await list(`clientId=${carla}&status=confirmado`)).toEqual(['facturas', '1']);
    expect(await list('search=CAMPANA')).toEqual(['Pan de campaña', '1']);
    expect(await list('search=mendez')).toEqual(['Pan de campaña', '1']);
    expect(await list('search=5555-5555')).toEqual(['Pan de campaña', '1']);
    expect(await list('search=%25')).toEqual(['torta 100%', '1']);
    expect((await call('GET /orders?status=listo')).status).toBe(400);
    expect((await call('GET /orders?clientId=nadie')).body.code).toBe('CLIENT_NOT_FOUND');
  });
});
