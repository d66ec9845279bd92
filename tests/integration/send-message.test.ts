import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { createMailPeer, type MailPeer } from '@/tests/support/mail-peer';
import { NO_LIMITS } from '@/tests/support/no-limits';
import { createSender, type Sender } from '@/tests/support/senders';
import { setStores } from '@/tests/support/stores';
import { createTwilioPeer, TWILIO_NUMBER, type TwilioPeer } from '@/tests/support/twilio-peer';

/** POST /messages/send: what it takes, what it refuses, and by which channel it goes. */

const stores = setStores();
let twilio: TwilioPeer;
let mail: MailPeer;
let app: TestApp;
let owner: Owner;
let ana: Sender;
let clientId: string;
let phone: string;
let count = 0;

beforeAll(async () => {
  twilio = await createTwilioPeer();
  mail = await createMailPeer();
  const shared = { databaseUrl: stores.databaseUrl, redisUrl: stores.redisUrl };
  const contents = { TWILIO_CONTENT_SID_RECORDATORIO: 'HXrecordatorio' };
  app = await createTestApp({ ...shared, env: { ...NO_LIMITS, ...twilio.env, ...mail.env, ...contents } });
});
afterAll(async () => {
  await app?.close();
  await twilio?.close();
  await mail?.close();
});
beforeEach(async () => {
  count += 1;
  owner = await app.register('Ana');
  phone = `+54911${String(80_000_000 + count)}`;
  const client = await owner.client.clients.create.mutate({ name: 'Carla', phone, email: 'carla@example.com' });
  clientId = client.id;
  ana = createSender(app, owner, clientId);
});

const rest = (route: string, body?: object) => app.rest(route, { token: owner.token, ...(body && { body }) });
const later = (ms: number) => new Date(Date.now() + ms).toISOString();
const rows = () => app.node.db.message.findMany({ where: { ownerId: owner.ownerId } });

describe('by the best channel', () => {
  test('goes over Twilio when no number is connected', async () => {
    const answer = await ana.send({ channel: 'whatsapp', text: 'Hola {clientName}' });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      success: true,
      messageId: expect.any(String),
      status: 'queued',
      provider: 'twilio',
      channel: 'whatsapp',
      providerMessageId: null,
    });
    const message = await ana.until(answer.body.messageId, { status: 'sent' });
    const taken = twilio.taken.find(({ sid }) => sid === message.providerMessageId);
    expect(taken).toMatchObject({ body: 'Hola Carla', to: `whatsapp:${phone}`, from: `whatsapp:${TWILIO_NUMBER}` });
    expect(message).toMatchObject({
      provider: 'twilio',
      providerReason: 'NOT_CONNECTED',
      attempts: [{ provider: 'twilio', outcome: 'taken', code: null }],
    });
  });

  test('goes over the own number when it is connected', async () => {
    app.network.phone(phone, 'Carla');
    await app.link(owner, `+54911${String(90_000_000 + count)}`, 'Ana');
    const answer = await ana.send({ channel: 'whatsapp', text: 'Hola' });
    expect(answer.body).toMatchObject({ provider: 'whatsapp_web', status: 'queued' });
    expect(await ana.until(answer.body.messageId, { status: 'delivered' })).toMatchObject({
      providerReason: 'CONNECTED',
      attempts: [{ provider: 'whatsapp_web', outcome: 'taken' }],
    });
    const [chat] = (await owner.client.chats.list.query({})).items;
    expect(chat).toMatchObject({ phone, lastMessage: { text: 'Hola', status: 'delivered' } });
  });

  test('goes by e-mail, as text and as HTML in which nothing is markup', async () => {
    const text = 'Hola <b>{clientName}</b>\n\n<script>alert(1)</script>';
    const id = await ana.sent({ channel: 'email', text, subject: 'Tu pedido: ¡listo!' });
    const message = await ana.until(id, { status: 'sent' });
    const got = mail.mails.find(({ raw }) => raw.includes(message.providerMessageId ?? 'none'));
    expect(got).toMatchObject({ to: ['carla@example.com'], from: 'hola@shop.example' });
    expect(got?.raw).toMatch(/^From: =\?UTF-8\?.*<hola@shop\.example>/m);
    expect(got?.raw).toMatch(/^Reply-To: Ana <.*@example\.com>/m);
    expect(got?.raw).toContain('Content-Type: text/plain');
    expect(got?.raw).toContain('Content-Type: text/html');
    expect(got?.raw).toContain('&lt;script&gt;');
    expect(message).toMatchObject({ provider: 'email', providerReason: 'EMAIL' });
  });

  test('an approved template goes under its name, with its variables in their order', async () => {
    const order = await owner.client.orders.create.mutate({ clientId, description: 'una torta' });
    const id = await ana.sent({ templateType: 'recordatorio', orderId: order.id });
    const message = await ana.until(id, { status: 'sent' });
    const taken = twilio.taken.find(({ sid }) => sid === message.providerMessageId);
    const { placeholders } = (await owner.client.templates.get.query({ id: 'recordatorio-es' })) ?? {};
    expect(placeholders?.slice(0, 2)).toEqual(['clientName', 'orderDescription']);
    expect(taken?.contentSid).toBe('HXrecordatorio');
    expect(JSON.parse(taken?.contentVariables ?? '{}')).toMatchObject({ 1: 'Carla', 2: 'una torta' });
    expect(taken?.body).toBe('');
  });

  test('is told of in the log, from its acceptance on', async () => {
    const id = await ana.sent({ text: 'contado' });
    await ana.until(id, { status: 'sent' });
    const events = await app.node.db.event.findMany({ where: { ownerId: owner.ownerId }, orderBy: { seq: 'asc' } });
    const told = events.flatMap(({ type, payload }) => {
      const { message } = payload as { message?: { id: string; status: string } };
      return message?.id === id ? [`${type} ${message.status}`] : [];
    });
    expect(told[0]).toBe('message.created queued');
    expect(told.at(-1)).toBe('message.updated sent');
  });
});

describe('is refused', () => {
  const cases: [string, (made: { other: string; order: string; bare: string }) => object, number, string, string?][] = [
    ['a client who is not there', () => ({ clientId: 'nadie', text: 'x' }), 404, 'CLIENT_NOT_FOUND', 'clientId'],
    ['an order that is not there', () => ({ orderId: 'ninguno', text: 'x' }), 404, 'ORDER_NOT_FOUND', 'orderId'],
    [
      'an order of another client',
      ({ order }) => ({ orderId: order, text: 'x' }),
      422,
      'CLIENT_ORDER_MISMATCH',
      'orderId',
    ],
    ['a template that is not there', () => ({ templateId: 'ninguna' }), 404, 'TEMPLATE_NOT_FOUND', 'templateId'],
    ['a type that has none', () => ({ templateType: 'inventado' }), 404, 'TEMPLATE_NOT_FOUND', 'templateType'],
    ['an unfilled variable', () => ({ text: 'Hola {apodo}' }), 422, 'TEMPLATE_VARIABLE_MISSING', 'apodo'],
    ['one without a phone', ({ bare: id }) => ({ clientId: id, text: 'x' }), 422, 'NO_PHONE_NUMBER'],
    [
      'one without e-mail',
      ({ other }) => ({ clientId: other, channel: 'email', text: 'x', subject: 'x' }),
      422,
      'NO_EMAIL_ADDRESS',
    ],
    ['an e-mail without subject', () => ({ channel: 'email', text: 'x' }), 422, 'MISSING_SUBJECT', 'subject'],
    [
      'an unfilled variable in the subject',
      () => ({ channel: 'email', text: '{clientName}', subject: 'Pedido de {clientName} {orderDescription}' }),
      422,
      'TEMPLATE_VARIABLE_MISSING',
      'orderDescription',
    ],
    [
      'a subject that its variables make too long',
      () => ({ channel: 'email', text: 'x', subject: '{a}', variables: { a: 'a'.repeat(201) } }),
      400,
      'INVALID_INPUT',
      'subject',
    ],
    ['a text and a template', () => ({ text: 'x', templateType: 'entrega' }), 400, 'INVALID_INPUT', 'text'],
    ['two templates', () => ({ templateId: 'x', templateType: 'entrega' }), 400, 'INVALID_INPUT', 'templateType'],
    ['a moment that is past', () => ({ text: 'x', scheduledAt: later(-61_000) }), 400, 'INVALID_INPUT', 'scheduledAt'],
    [
      'a moment more than a year ahead',
      () => ({ text: 'x', scheduledAt: later(367 * 86_400_000) }),
      400,
      'INVALID_INPUT',
      'scheduledAt',
    ],
    ['another channel', () => ({ channel: 'sms', text: 'x' }), 400, 'INVALID_INPUT', 'channel'],
    [
      'a text that its variables make too long',
      () => ({ text: '{a}{a}', variables: { a: 'a'.repeat(4096) } }),
      400,
      'INVALID_INPUT',
      'text',
    ],
  ];
  for (const [what, body, status, code, field] of cases) {
    test(`${what}: ${code}, and nothing is stored`, async () => {
      const create = owner.client.clients.create;
      const other = await create.mutate({ name: 'Otra', phone: '+5491187654321' });
      const bareClient = await create.mutate({ name: 'Sin teléfono', email: 'x@example.com' });
      const order = await owner.client.orders.create.mutate({ clientId: other.id, description: 'x' });
      const answer = await ana.send(body({ other: other.id, order: order.id, bare: bareClient.id }));
      expect(answer.status).toBe(status);
      expect(answer.body).toMatchObject({ success: false, error: true, code });
      if (field) expect(answer.body.details[0].field).toBe(field);
      expect(await rows()).toEqual([]);
    });
  }
});

describe('for later', () => {
  test('is chosen when it is time, and not before', async () => {
    const answer = await ana.send({ text: 'más tarde', scheduledAt: later(1_500) });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ status: 'queued', provider: null });
    const { messageId } = answer.body;
    expect(await ana.read(messageId)).toMatchObject({ provider: null, attempts: [] });
    const message = await ana.until(messageId, { status: 'sent' });
    expect(message.provider).toBe('twilio');
    expect(new Date(Reflect.get(message, 'sentAt')).getTime()).toBeGreaterThanOrEqual(
      new Date(Reflect.get(message, 'scheduledAt')).getTime(),
    );
  });

  test('goes at once when that moment is just past, and does not hold up what is for now', async () => {
    const tomorrow = later(86_400_000);
    const waiting = await ana.sent({ text: 'mañana', scheduledAt: tomorrow });
    const [listed] = (await rest('GET /messages')).body.messages;
    expect(listed).toMatchObject({ id: waiting, scheduledAt: tomorrow });
    const answer = await ana.send({ text: 'ya', scheduledAt: later(-5_000) });
    expect(answer.body.provider).toBe('twilio');
    await ana.until(answer.body.messageId, { status: 'sent' });
    expect(twilio.taken.some(({ body }) => body === 'mañana')).toBe(false);
  });
});

describe('reading', () => {
  test('filters, counts all that match, and joins client and order', async () => {
    const order = await owner.client.orders.create.mutate({ clientId, description: 'una torta' });
    const first = await ana.sent({ text: 'uno', orderId: order.id });
    const second = await ana.sent({ text: 'dos' });
    const third = await ana.sent({ channel: 'email', text: 'tres', subject: 's' });
    for (const id of [first, second, third]) await ana.until(id, { status: 'sent' });
    const list = async (query: string) => {
      const { body, status } = await rest(`GET /messages${query}`);
      expect(status).toBe(200);
      return body;
    };
    expect(await list('')).toMatchObject({ success: true, total: 3, limit: 50, offset: 0 });
    expect(await list('?limit=1&offset=1')).toMatchObject({
      total: 3,
      limit: 1,
      offset: 1,
      messages: [{ id: second }],
    });
    expect((await list(`?orderId=${order.id}`)).messages).toMatchObject([
      {
        id: first,
        userId: owner.ownerId,
        client: { id: clientId, name: 'Carla', phone, email: 'carla@example.com' },
        order: { id: order.id, description: 'una torta', status: 'pendiente' },
      },
    ]);
    expect((await list('?channel=email')).messages).toMatchObject([{ id: third, subject: 's', order: null }]);
    expect((await list('?channel=whatsapp_web')).total).toBe(0);
    expect((await list(`?clientId=${clientId}&status=sent&direction=outgoing`)).total).toBe(3);
    expect((await list('?status=failed')).total).toBe(0);
    expect((await rest('GET /messages?clientId=nadie')).status).toBe(404);
    expect((await rest('GET /messages?direction=sideways')).status).toBe(400);
    expect((await rest('GET /messages/nada')).body.code).toBe('MESSAGE_NOT_FOUND');
  });

  test('of one who was deleted, its message stays', async () => {
    const id = await ana.sent({ text: 'queda' });
    await ana.until(id, { status: 'sent' });
    await owner.client.clients.delete.mutate({ id: clientId });
    expect(await ana.read(id)).toMatchObject({ clientId: null, client: null, text: 'queda' });
  });
});

describe('POST /messages/template', () => {
  test('shows what would be sent, and sends nothing', async () => {
    const order = await owner.client.orders.create.mutate({ clientId, description: 'una torta $& {x}' });
    const answer = await rest('POST /messages/template', {
      clientId,
      orderId: order.id,
      text: '{name}: {description} a las {hora}',
      variables: { hora: 18 },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      success: true,
      message: 'Carla: una torta $& {x} a las 18',
      client: { id: clientId, name: 'Carla' },
      order: { id: order.id },
    });
    expect((await rest('POST /messages/template', { clientId })).body).toMatchObject({ order: null });
    const unfilled = await rest('POST /messages/template', { clientId, text: 'Hola {apodo}' });
    expect(unfilled).toMatchObject({ status: 422, body: { details: [{ field: 'apodo' }] } });
    const variables = { a: 'a'.repeat(4096) };
    expect(await rest('POST /messages/template', { clientId, text: '{a}{a}', variables })).toMatchObject({
      status: 400,
      body: { details: [{ field: 'text', message: 'Con sus variables, a lo sumo 4096 caracteres.' }] },
    });
    expect(await rows()).toEqual([]);
  });

  test('GET /messages/templates has the built-in ones', async () => {
    const { body } = await rest('GET /messages/templates');
    expect(body.success).toBe(true);
    expect(body.templates.map(({ id }: { id: string }) => id)).toContain('confirmacion-es');
  });
});
