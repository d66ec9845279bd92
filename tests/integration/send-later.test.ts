import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ownerIdOfRow } from '@/server/auth/owner-id';
import { EngineError } from '@/server/whatsapp/engine';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { createTestNode, eventually } from '@/tests/support/node';
import { createSender } from '@/tests/support/senders';
import { setStores } from '@/tests/support/stores';

/** What is accepted now and leaves later: to a number that nobody wrote to, while WhatsApp cannot be asked; and again, after it failed. */

const stores = setStores();
let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ databaseUrl: stores.databaseUrl, redisUrl: stores.redisUrl });
});
afterAll(async () => {
  await app.close();
});
afterEach(() => {
  app.network.onSend(null);
  app.network.onStart(null);
  app.network.onResolve(null);
});

let people = 0;
/** Somebody new, with a linked number of their own. */
async function linked(): Promise<Owner & { phone: string }> {
  people += 1;
  const phone = `+54911555500${String(people).padStart(2, '0')}`;
  const owner = await app.register('Ana');
  await app.link(owner, phone, 'Panadería');
  return { ...owner, phone };
}
const send = (owner: Owner, body: object, headers: Record<string, string> = {}) =>
  app.rest('POST /whatsapp/send', { token: owner.token, body, headers });

let strangers = 0;
const stranger = () => {
  strangers += 1;
  return `+54911333300${String(strangers).padStart(2, '0')}`;
};
/** The link is lost, and stays so until `back`. */
async function lost(owner: { token: string; phone: string }) {
  let up = () => {};
  const held = new Promise<void>((resolve) => (up = resolve));
  app.network.onStart(() => held);
  app.network.phone(owner.phone).crash();
  await eventually('the loss', async () => {
    const { body } = await app.rest('GET /whatsapp/status', { token: owner.token });
    return body.status === 'reconnecting' || body.status === 'initializing';
  });
  return {
    back() {
      app.network.onStart(null);
      up();
    },
  };
}
const rowOf = (id: string) => app.node.db.message.findUniqueOrThrow({ where: { id }, include: { attempts: true } });
const until = (id: string, status: string[]) =>
  eventually(`${id} to be ${status}`, async () => {
    const row = await rowOf(id);
    return status.includes(row.status) && row;
  });
const gone = (id: string) => until(id, ['sent', 'delivered']);
const heardBy = (phone: string) => app.network.phone(phone).account.messages.map(({ text }) => text);

describe('to a number that was never written to, while the link is coming back, a send', () => {
  test('is 202 at once; when it is back all of them are in one chat, in their order, once each', async () => {
    const owner = await linked();
    const phone = stranger();
    app.network.phone(phone, 'Dora');
    const { back } = await lost(owner);
    const key = { 'idempotency-key': `k-${phone}` };
    const first = await send(owner, { clientNumber: phone, text: 'uno' }, key);
    expect(first).toMatchObject({ status: 202, body: { success: true, status: 'queued', providerMessageId: null } });
    const again = await send(owner, { clientNumber: phone, text: 'uno' }, key);
    expect(again.body).toEqual(first.body);
    const ids: string[] = [first.body.messageId];
    for (const text of ['dos', 'tres', 'cuatro']) {
      ids.push((await send(owner, { clientNumber: phone, text })).body.messageId);
    }
    const stored = await rowOf(ids[0] ?? '');
    expect(stored).toMatchObject({ status: 'queued', chatId: null, ownNumber: null, providerReason: 'ASKED_FOR' });
    back();
    const rows = [];
    for (const id of ids) rows.push(await gone(id));
    // one that comes while others are being put into the chat stands behind them
    expect((await send(owner, { clientNumber: phone, text: 'cinco' })).status).toBe(200);
    expect(heardBy(phone)).toEqual(['uno', 'dos', 'tres', 'cuatro', 'cinco']);
    expect(new Set(rows.map(({ chatId }) => chatId)).size).toBe(1);
    expect(rows[0]).toMatchObject({ provider: 'whatsapp_web', ownNumber: owner.phone, attempts: [] });
    const [chat] = (await owner.client.chats.list.query({})).items;
    expect(chat).toMatchObject({ id: rows[0]?.chatId, phone, lastMessage: { text: 'cinco' } });
  });

  test('is 202 as well where WhatsApp does not say whether it knows the number, and leaves once when it does', async () => {
    const owner = await linked();
    const phone = stranger();
    app.network.phone(phone, 'Fina');
    let answer = () => {};
    const silence = new Promise<void>((resolve) => (answer = resolve));
    app.network.onResolve(() => silence);
    const { status, body } = await send(owner, { clientNumber: phone, text: 'hola' }, { prefer: 'respond-async' });
    expect({ status, body }).toMatchObject({ status: 202, body: { status: 'queued' } });
    answer();
    await gone(body.messageId);
    expect(heardBy(phone)).toEqual(['hola']);
  });

  test('whose number WhatsApp spells in another way goes into the chat of that spelling', async () => {
    const owner = await linked();
    const known = stranger();
    app.network.phone(known, 'Elsa');
    const { back } = await lost(owner);
    const asked = known.replace('+549', '+54');
    const { body } = await send(owner, { clientNumber: asked, text: 'sin el nueve' });
    app.network.onResolve((phone) => (phone === asked ? known : undefined));
    back();
    const row = await gone(body.messageId);
    expect(await app.node.db.chat.findUnique({ where: { id: row.chatId ?? '' } })).toMatchObject({ phone: known });
    expect(heardBy(known)).toEqual(['sin el nueve']);
  });

  test('that is not on WhatsApp fails, and says so', async () => {
    const owner = await linked();
    const { back } = await lost(owner);
    const answer = await send(owner, { clientNumber: '+5491144440000', text: 'a nadie' });
    expect(answer).toMatchObject({ status: 202, body: { status: 'queued' } });
    back();
    await until(answer.body.messageId, ['failed']);
    expect((await app.rest(`GET /messages/${answer.body.messageId}`, { token: owner.token })).body).toMatchObject({
      status: 'failed',
      errorCode: 'NUMBER_NOT_ON_WHATSAPP',
      errorMessage: 'Ese número no está en WhatsApp.',
      attempts: [{ provider: 'whatsapp_web', outcome: 'refused', code: 'NUMBER_NOT_ON_WHATSAPP', why: 'ASKED_FOR' }],
    });
    expect(await app.node.db.chat.count({ where: { ownerId: owner.ownerId } })).toBe(0);
    // and may be tried again: by now it is there, or still is not
    const again = () => owner.client.chats.retry.mutate({ messageId: answer.body.messageId });
    await again();
    await until(answer.body.messageId, ['failed']);
    app.network.phone('+5491144440000', 'Nueva');
    await again();
    await gone(answer.body.messageId);
    expect(heardBy('+5491144440000')).toEqual(['a nadie']);
  });

  test('fails when the link ends meanwhile, and another link does not send it', async () => {
    const owner = await linked();
    const phone = stranger();
    app.network.phone(phone, 'Fede');
    const { back } = await lost(owner);
    const { body } = await send(owner, { clientNumber: phone, text: 'tarde' });
    app.network.phone(owner.phone).logoutFromPhone();
    back();
    expect(await until(body.messageId, ['failed'])).toMatchObject({ errorCode: 'WHATSAPP_UNLINKED', chatId: null });
    await app.link(owner, owner.phone, 'Ana');
    await eventually('the new link', async () => (await owner.client.whatsapp.status.query()).connected);
    expect((await send(owner, { clientNumber: phone, text: 'de nuevo' })).status).toBe(200);
    expect(heardBy(phone)).toEqual(['de nuevo']);
  });

  test('waits through a stop that keeps the link, in which new ones are refused', async () => {
    const owner = await linked();
    const phone = stranger();
    app.network.phone(phone, 'Gina');
    const { back } = await lost(owner);
    const { body } = await send(owner, { clientNumber: phone, text: 'antes' });
    await app.rest('POST /whatsapp/disconnect', { token: owner.token });
    back();
    expect(await send(owner, { clientNumber: phone, text: 'no' })).toMatchObject({
      status: 409,
      body: { code: 'WHATSAPP_NOT_CONNECTED' },
    });
    expect(await rowOf(body.messageId)).toMatchObject({ status: 'queued', errorCode: null });
    await app.rest('POST /whatsapp/restore', { token: owner.token });
    await gone(body.messageId);
    expect(heardBy(phone)).toEqual(['antes']);
  });

  test('is the same where the link is lost over the number check itself', async () => {
    const owner = await linked();
    const phone = stranger();
    app.network.phone(phone, 'Hugo');
    let asking = () => {};
    const asked = new Promise<void>((resolve) => (asking = resolve));
    let answer = () => {};
    app.network.onResolve(() => {
      asking();
      return new Promise<void>((resolve) => (answer = resolve));
    });
    const sending = send(owner, { clientNumber: phone, text: 'en el medio' });
    await asked;
    app.network.onResolve(null);
    const { back } = await lost(owner);
    answer();
    const { status, body } = await sending;
    expect({ status, said: body.status }).toEqual({ status: 202, said: 'queued' });
    back();
    await gone(body.messageId);
    expect(heardBy(phone)).toEqual(['en el medio']);
  });

  test('is the same where the session runs in another process', async () => {
    const owner = await app.register('Ana');
    const own = '+5491144442222';
    const phone = stranger();
    app.network.phone(phone, 'Juana');
    const elsewhere = await createTestNode({
      databaseUrl: stores.databaseUrl,
      redisUrl: stores.redisUrl,
      factory: app.network.factory,
    });
    try {
      await elsewhere.registry.start();
      const { qrCode } = await elsewhere.registry.connect(ownerIdOfRow(owner), null);
      app.network.phone(own, 'Ana').scan(qrCode ?? '');
      await eventually('the link', async () => (await elsewhere.registry.status(ownerIdOfRow(owner))).connected);
      const { back } = await lost({ ...owner, phone: own });
      const answer = await send(owner, { clientNumber: phone, text: 'de lejos' });
      expect(answer).toMatchObject({ status: 202, body: { status: 'queued' } });
      back();
      await gone(answer.body.messageId);
      expect(heardBy(phone)).toEqual(['de lejos']);
    } finally {
      await elsewhere.close();
    }
  });

  test('is sent once by whoever comes after a process that was killed over it', async () => {
    const shared = { databaseUrl: stores.databaseUrl, redisUrl: stores.redisUrl, network: app.network };
    const victim = await createTestApp(shared);
    const owner = await victim.register('Ana');
    const own = '+5491144441111';
    await victim.link(owner, own, 'Ana');
    const phone = stranger();
    app.network.phone(phone, 'Inés');
    const { back } = await lost({ ...owner, phone: own });
    const answer = await victim.rest('POST /whatsapp/send', {
      token: owner.token,
      body: { clientNumber: phone, text: 'sobrevive' },
    });
    expect(answer.status).toBe(202);
    const sessionPath = victim.node.files.root;
    await victim.die();
    const next = await createTestApp({ ...shared, sessionPath });
    try {
      back();
      await next.node.registry.start();
      await gone(answer.body.messageId);
      expect(heardBy(phone)).toEqual(['sobrevive']);
    } finally {
      await next.close();
      await victim.close();
    }
  });
});

test('to a number that was written to before, a send is 202 while the link is coming back, and leaves when it is', async () => {
  const owner = await linked();
  const phone = stranger();
  app.network.phone(phone, 'Carla');
  await send(owner, { clientNumber: phone, text: 'primero' });
  const { back } = await lost(owner);
  const answer = await send(owner, { clientNumber: phone, text: 'mientras vuelve' });
  expect(answer).toMatchObject({ status: 202, body: { status: 'queued' } });
  back();
  await gone(answer.body.messageId);
});

test('a message by the best channel that WhatsApp refused is sent again when somebody asks for that', async () => {
  const owner = await linked();
  const phone = stranger();
  app.network.phone(phone, 'Carla');
  const { id: clientId } = await owner.client.clients.create.mutate({ name: 'Carla', phone });
  app.network.onSend(() => {
    throw new EngineError('REJECTED', 'no', 'a test said so');
  });
  const ana = createSender(app, owner, clientId);
  const id = await ana.sent({ text: 'otra vez' });
  expect(await ana.until(id, { status: 'failed' })).toMatchObject({
    errorCode: 'WHATSAPP_REFUSED',
    errorMessage: 'WhatsApp no aceptó el mensaje.',
  });
  const english = { token: owner.token, headers: { 'accept-language': 'en' } };
  expect((await app.rest(`GET /messages/${id}`, english)).body.errorMessage).toBe(
    'WhatsApp did not accept the message.',
  );
  app.network.onSend(null);
  await owner.client.chats.retry.mutate({ messageId: id });
  expect(await ana.until(id, { status: 'delivered' })).toMatchObject({
    attempts: [{ outcome: 'refused', code: 'WHATSAPP_REFUSED' }, { outcome: 'taken' }],
  });
});
