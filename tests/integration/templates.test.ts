import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OwnerId, ownerIdOfRow } from '@/server/auth/owner-id';
import { type ComposeInput, composeFromTemplate } from '@/server/templates/compose';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { callRest } from '@/tests/support/rest';
import { setStores } from '@/tests/support/stores';

const stores = setStores();
let app: TestApp;
let ana: Owner;
let ownerId: OwnerId;

beforeAll(async () => {
  app = await createTestApp({ ...stores });
});
afterAll(() => app.close());
beforeEach(async () => {
  ana = await app.register('Ana');
  ownerId = ownerIdOfRow(ana);
});

const call = (route: string, body?: unknown) =>
  callRest(app.url, route, { token: ana.token, ...(body !== undefined && { body }) });
async function post(path: string, body: object) {
  const answer = await call(`POST ${path}`, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

describe('the built-in templates', () => {
  test("are everybody's, ten of them", async () => {
    const { body, headers } = await call('GET /templates');
    expect([body.length, headers.get('x-total-count')]).toEqual([10, '10']);
    expect(new Set(body.map(({ type }: { type: string }) => type))).toEqual(
      new Set(['confirmacion', 'recordatorio', 'seguimiento', 'entrega', 'agradecimiento']),
    );
    expect(body[0]).toEqual({
      id: expect.any(String),
      name: expect.any(String),
      type: expect.any(String),
      content: expect.stringContaining('{clientName}'),
      language: expect.stringMatching(/^e[sn]$/),
      channel: 'whatsapp',
      placeholders: expect.arrayContaining(['clientName', 'orderDescription']),
      isBuiltIn: true,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    });
  });

  test('are edited under their own id, and come back when the edited one is deleted', async () => {
    const { body: before } = await call('GET /templates/confirmacion-es');
    const edited = await call('PUT /templates/confirmacion-es', { content: 'Listo, {name}: {hora}' });
    expect(edited.body).toMatchObject({
      id: 'confirmacion-es',
      isBuiltIn: true,
      placeholders: ['name', 'hora'],
      name: before.name,
    });
    await call('PUT /templates/confirmacion-es', { name: 'La mía' });
    expect((await call('GET /templates/confirmacion-es')).body).toMatchObject({
      name: 'La mía',
      content: 'Listo, {name}: {hora}',
    });
    expect((await call('GET /templates')).body).toHaveLength(10);
    const beto = await app.register('Beto');
    expect((await beto.client.templates.get.query({ id: 'confirmacion-es' })).content).toBe(before.content);
    expect((await call('DELETE /templates/confirmacion-es')).status).toBe(204);
    expect((await call('GET /templates/confirmacion-es')).body).toEqual(before);
    expect((await call('DELETE /templates/confirmacion-es')).status).toBe(204);
  });

  test('keep their type, language and channel', async () => {
    for (const [field, value] of Object.entries({ type: 'otro', language: 'en', channel: 'email' })) {
      const answer = await call('PUT /templates/entrega-es', { [field]: value });
      expect([answer.status, answer.body.details[0].field]).toEqual([400, field]);
    }
    const { body } = await call('GET /templates/entrega-es');
    expect(await call('PUT /templates/entrega-es', body)).toMatchObject({ status: 200, body });
  });

  test('twenty edits at once are one row', async () => {
    const contents = Array.from({ length: 20 }, (_, index) => `versión ${index}`);
    const answers = await Promise.all(contents.map((content) => call('PUT /templates/entrega-en', { content })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await app.node.db.template.count({ where: { ownerId } })).toBe(1);
  });
});

describe("one's own template", () => {
  test('is made, read, changed and deleted', async () => {
    const made = await post('/templates', {
      name: 'Saludo',
      type: 'saludo',
      content: 'Hola {name}, {hora}',
      channel: 'email',
    });
    expect(made).toMatchObject({
      isBuiltIn: false,
      language: 'es',
      channel: 'email',
      type: 'saludo',
      placeholders: ['name', 'hora'],
    });
    expect((await call('GET /templates')).body[0]).toEqual(made);
    expect((await call('GET /templates?type=saludo&language=es&channel=email')).body).toEqual([made]);
    expect((await call('GET /templates?search=SALUDO')).body).toEqual([made]);
    const changed = await call(`PUT /templates/${made.id}`, { content: 'Chau', language: 'en' });
    expect(changed.body).toMatchObject({ content: 'Chau', placeholders: [], language: 'en', name: 'Saludo' });
    expect((await call(`PUT /templates/${made.id}`, {})).body).toEqual(changed.body);
    expect((await call(`DELETE /templates/${made.id}`)).status).toBe(204);
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const answer = await call(`${method} /templates/${made.id}`, method === 'PUT' ? { name: 'x' } : undefined);
      expect([answer.status, answer.body.code]).toEqual([404, 'TEMPLATE_NOT_FOUND']);
    }
  });

  test("is in the owner's language, and of the default type", async () => {
    await ana.client.settings.update.mutate({ locale: 'en' });
    expect(await post('/templates', { name: 'x', content: 'y' })).toMatchObject({
      language: 'en',
      type: 'confirmacion',
    });
  });

  test('without a name or content is refused', async () => {
    for (const body of [
      { name: 'x' },
      { content: 'x' },
      { name: 'x', content: '  ' },
      { name: 'x', content: 'a\u0000' },
    ])
      expect((await call('POST /templates', body)).status).toBe(400);
    expect((await call('POST /templates', { name: 'x', content: 'y', language: 'fr' })).status).toBe(400);
  });

  test('that is built in keeps its type, and says so', async () => {
    expect(await call('PUT /templates/confirmacion-es', { type: 'entrega', name: 'x' })).toMatchObject({
      status: 400,
      body: { details: [{ field: 'type', message: expect.stringContaining('plantilla de fábrica') }] },
    });
  });

  test('an id that we never made is absent', async () => {
    for (const id of ['nada', '%00', 'confirmacion-fr', '00000000-0000-4000-8000-000000000000'])
      expect((await call(`GET /templates/${id}`)).body.code, id).toBe('TEMPLATE_NOT_FOUND');
  });
});

describe('a text for a client', () => {
  let clientId: string;
  const compose = (input: Partial<ComposeInput> = {}) =>
    composeFromTemplate(app.node.db, ownerId, { clientId, ...input });
  const textOf = async (input: Partial<ComposeInput> = {}) => (await compose(input)).message;
  const order = async (id = clientId) =>
    (await post('/orders', { clientId: id, description: 'una torta $& {name}', status: 'en_proceso' })).id as string;

  beforeEach(async () => {
    clientId = (await post('/clients', { name: 'Carla', phone: '+5491134567890' })).id;
  });

  test("is the confirmation in the owner's language, with the order or without", async () => {
    expect(await textOf({ orderId: await order() })).toBe(
      'Hola Carla, confirmamos tu pedido: una torta $& {name}. ¡Gracias!',
    );
    expect(await textOf()).toBe('Hola Carla, te confirmamos que recibimos tu mensaje. ¡Gracias!');
    expect(await textOf({ variables: { description: 'dos panes' } })).toContain('tu pedido: dos panes.');
    expect(await textOf({ language: 'en' })).toContain('Hello Carla');
    await ana.client.settings.update.mutate({ locale: 'en' });
    expect(await textOf({ templateType: 'recordatorio', orderId: await order() })).toContain('It is in progress.');
  });

  test('is never made with a hole in it', async () => {
    await call('PUT /templates/confirmacion-es', { content: '{clientName} {clientEmail} {orderDescription} {hora}' });
    await expect(textOf()).rejects.toMatchObject({
      code: 'TEMPLATE_VARIABLE_MISSING',
      more: { fields: ['clientEmail', 'orderDescription', 'hora'] },
    });
    expect(await textOf({ variables: { clientEmail: 'x', description: 'y', hora: 18, name: 'Doña Carla' } })).toBe(
      'Doña Carla x y 18',
    );
  });

  test('knows every variable of client and order', async () => {
    const { id } = await post('/templates', {
      name: 'todo',
      content: '{clientName}|{name}|{clientPhone}|{orderDescription}|{description}|{orderStatus}|{orderDate}',
    });
    expect(await textOf({ templateId: id, orderId: await order() })).toMatch(
      /^Carla\|Carla\|\+5491134567890\|una torta \$& \{name\}\|una torta \$& \{name\}\|en proceso\|\d+ de \p{L}+ de \d{4}$/u,
    );
  });

  test("of a type of one's own is in the language asked for, or in the one there is", async () => {
    await post('/templates', { name: 'x', type: 'saludo', content: 'Hi {name}', language: 'en' });
    expect(await textOf({ templateType: 'saludo' })).toBe('Hi Carla');
    await post('/templates', { name: 'x', type: 'saludo', content: 'Hola {name}' });
    expect(await textOf({ templateType: 'saludo' })).toBe('Hola Carla');
    expect(await textOf({ templateType: 'saludo', language: 'en' })).toBe('Hi Carla');
    await expect(textOf({ templateType: 'nada' })).rejects.toMatchObject({ code: 'TEMPLATE_NOT_FOUND' });
  });

  test("is refused for another client's order, and for what is not there", async () => {
    const dora = (await post('/clients', { name: 'Dora', email: 'dora@example.com' })).id;
    await expect(textOf({ orderId: await order(dora) })).rejects.toMatchObject({ code: 'CLIENT_ORDER_MISMATCH' });
    await expect(textOf({ clientId: ana.ownerId })).rejects.toMatchObject({ code: 'CLIENT_NOT_FOUND' });
    await expect(textOf({ orderId: ana.ownerId })).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' });
    await expect(textOf({ templateId: ana.ownerId })).rejects.toMatchObject({ code: 'TEMPLATE_NOT_FOUND' });
  });
});
