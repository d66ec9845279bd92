import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OwnerId } from '@/server/auth/owner-id';
import { listChats, listMessages } from '@/server/chats/chats';
import { acceptMessage, markRead, retryMessage } from '@/server/chats/compose';
import { readAfter } from '@/server/events/log';
import { EngineError } from '@/server/whatsapp/engine';
import { createFakeNetwork, type FakeNetwork } from '@/tests/support/fake-engine';
import { firstChatOf, linkOwner, textsOf as textsIn } from '@/tests/support/linked';
import { createTestNode, eventually, type TestNode } from '@/tests/support/node';
import { setStores } from '@/tests/support/stores';

const OWN = '+5491123456789';
const CARLA = '+5491134567890';
const ALL = { limit: 100, unreadOnly: false };

const stores = setStores();
let network: FakeNetwork;
let node: TestNode;

beforeEach(async () => {
  network = createFakeNetwork();
  node = await createTestNode({ ...stores, factory: network.factory });
  network.phone(OWN, 'Panadería');
  network.phone(CARLA, 'Carla');
});
afterEach(() => node.close());

const link = (own = OWN, owner?: OwnerId): Promise<OwnerId> => linkOwner(node, network, own, owner);
const chatOf = (ownerId: OwnerId) => firstChatOf(node, ownerId);
const textsOf = (ownerId: OwnerId, chatId: string) => textsIn(node, ownerId, chatId);
const rowOf = (id: string) => node.db.message.findUniqueOrThrow({ where: { id } });

async function send(ownerId: OwnerId, chatId: string, text: string, clientKey: string = crypto.randomUUID()) {
  const accepted = await acceptMessage(node.db, ownerId, { chatId, text, clientKey });
  node.registry.kick(ownerId);
  return accepted;
}

describe('at the first link', () => {
  test('the newest twenty of each chat are read in, quietly', async () => {
    for (let i = 1; i <= 25; i++) network.phone(CARLA).past(OWN, `vieja ${i}`, new Date(Date.UTC(2026, 10, 1, 10, i)));
    const ownerId = await link();
    const chat = await chatOf(ownerId);
    const texts = await textsOf(ownerId, chat.id);
    expect(texts).toHaveLength(20);
    expect(texts.at(-1)).toBe('vieja 25');
    const types = (await readAfter(node.db, ownerId, 0)).map(({ body }) => body.type);
    expect(types).toContain('history.synced');
    expect(types).not.toContain('message.received');
  });

  test('unread is kept', async () => {
    network.phone(CARLA).say(OWN, 'uno');
    network.phone(CARLA).say(OWN, 'dos');
    const ownerId = await link();
    expect((await chatOf(ownerId)).unread).toBe(2);
  });
});

describe('inbound', () => {
  test('is stored once, in order, with one event each', async () => {
    const ownerId = await link();
    for (let i = 0; i < 30; i++) network.phone(CARLA).say(OWN, `m${i}`);
    const chat = await chatOf(ownerId);
    await eventually('thirty', async () => (await textsOf(ownerId, chat.id)).length === 30);
    expect(await textsOf(ownerId, chat.id)).toEqual(Array.from({ length: 30 }, (_, i) => `m${i}`));
    const events = await readAfter(node.db, ownerId, 0);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(({ body }) => body.type === 'message.received')).toHaveLength(30);
    expect((await chatOf(ownerId)).unread).toBe(30);
  });

  test('what the owner writes on the phone itself is stored as theirs', async () => {
    const ownerId = await link();
    network.phone(OWN).say(CARLA, 'desde el teléfono');
    const chat = await chatOf(ownerId);
    const [message] = (await listMessages(node.db, ownerId, { chatId: chat.id, limit: 5 })).items;
    expect(message).toMatchObject({ direction: 'outbound', text: 'desde el teléfono' });
    expect(chat.unread).toBe(0);
  });
});

describe('outbound', () => {
  async function withChat() {
    const ownerId = await link();
    network.phone(CARLA).say(OWN, 'hola');
    return { ownerId, chat: await chatOf(ownerId) };
  }

  test('queued, then sent, delivered, read; never back', async () => {
    const { ownerId, chat } = await withChat();
    const accepted = await send(ownerId, chat.id, '¿Qué tal?');
    expect(accepted.status).toBe('queued');
    await eventually('delivered', async () => (await rowOf(accepted.id)).status === 'delivered');
    network.phone(CARLA).read(OWN);
    await eventually('read', async () => (await rowOf(accepted.id)).status === 'read');
    const statuses = (await readAfter(node.db, ownerId, 0)).flatMap(({ body }) =>
      body.type === 'message.updated' && body.message.id === accepted.id ? [body.message.status] : [],
    );
    const rank = ['queued', 'sent', 'delivered', 'read'];
    expect(statuses.map((status) => rank.indexOf(status))).toEqual(
      statuses.map((status) => rank.indexOf(status)).toSorted((a, b) => a - b),
    );
    expect(await textsOf(ownerId, chat.id)).toEqual(['hola', '¿Qué tal?']);
  });

  test('leaves in the order in which it was accepted, each once', async () => {
    const { ownerId, chat } = await withChat();
    const sent: string[] = [];
    network.onSend((_chat, text) => void sent.push(text));
    for (let i = 0; i < 15; i++) await send(ownerId, chat.id, `n${i}`);
    await eventually('all', async () => sent.length === 15);
    expect(sent).toEqual(Array.from({ length: 15 }, (_, i) => `n${i}`));
    await eventually('settled', async () => (await textsOf(ownerId, chat.id)).length === 16);
  });

  test('the same client key is one message; another text under it is refused', async () => {
    const { ownerId, chat } = await withChat();
    const key = crypto.randomUUID();
    const twice = await Promise.all([send(ownerId, chat.id, 'una vez', key), send(ownerId, chat.id, 'una vez', key)]);
    expect(twice[0].id).toBe(twice[1].id);
    await expect(send(ownerId, chat.id, 'otra cosa', key)).rejects.toMatchObject({ code: 'CLIENT_KEY_REUSED' });
    expect((await textsOf(ownerId, chat.id)).filter((text) => text === 'una vez')).toHaveLength(1);
  });

  test('refused by WhatsApp: failed with its reason, and a retry is the same row', async () => {
    const { ownerId, chat } = await withChat();
    network.onSend(() => {
      throw new EngineError('REJECTED', 'no', 'a test said so');
    });
    const accepted = await send(ownerId, chat.id, 'no sale');
    await eventually('failed', async () => (await rowOf(accepted.id)).status === 'failed');
    expect(await rowOf(accepted.id)).toMatchObject({ errorCode: 'WHATSAPP_REFUSED', text: 'no sale' });
    network.onSend(null);
    expect((await retryMessage(node.db, ownerId, accepted.id)).id).toBe(accepted.id);
    node.registry.kick(ownerId);
    await eventually('delivered', async () => (await rowOf(accepted.id)).status === 'delivered');
    await expect(retryMessage(node.db, ownerId, accepted.id)).rejects.toMatchObject({ code: 'NOT_RETRYABLE' });
  });

  test('of unknown fate: stays queued, says so, and is not sent again', async () => {
    const { ownerId, chat } = await withChat();
    let tries = 0;
    network.onSend(() => {
      tries += 1;
      throw new EngineError('TIMEOUT', 'unknown', 'a test said so');
    });
    const accepted = await send(ownerId, chat.id, 'quién sabe');
    await eventually('unconfirmed', async () => (await rowOf(accepted.id)).errorCode === 'SEND_UNCONFIRMED');
    network.onSend(null);
    await node.registry.restart(ownerId);
    expect(await rowOf(accepted.id)).toMatchObject({ status: 'queued', errorCode: 'SEND_UNCONFIRMED' });
    expect(tries).toBe(1);
    await expect(retryMessage(node.db, ownerId, accepted.id)).rejects.toMatchObject({ code: 'NOT_RETRYABLE' });
  });

  test('handed over by a process that was killed: the chat itself settles it, without a second row', async () => {
    const { ownerId, chat } = await withChat();
    await node.registry.disconnect(ownerId, false);
    const accepted = await acceptMessage(node.db, ownerId, {
      chatId: chat.id,
      text: 'salió y nadie lo anotó',
      clientKey: crypto.randomUUID(),
    });
    await node.db.message.update({ where: { id: accepted.id }, data: { handedOverAt: new Date() } });
    network.phone(OWN).say(CARLA, 'salió y nadie lo anotó');
    await node.registry.restore(ownerId);
    await eventually('settled', async () => (await rowOf(accepted.id)).engineMessageId !== null);
    expect(await rowOf(accepted.id)).toMatchObject({ errorCode: null });
    expect((await textsOf(ownerId, chat.id)).filter((text) => text.startsWith('salió'))).toHaveLength(1);
  });

  test('handed over by a process that was killed, and the link is over when it is started again: nobody knows', async () => {
    const { ownerId, chat } = await withChat();
    await node.registry.disconnect(ownerId, false);
    const lost = { chatId: chat.id, text: 'nadie sabe', clientKey: crypto.randomUUID() };
    const { id } = await acceptMessage(node.db, ownerId, lost);
    await node.db.message.update({ where: { id }, data: { handedOverAt: new Date() } });
    network.phone(OWN).logoutFromPhone();
    await node.registry.restore(ownerId);
    await eventually('said', async () => (await rowOf(id)).errorCode === 'SEND_UNCONFIRMED');
    expect(await rowOf(id)).toMatchObject({ status: 'queued', engineMessageId: null });
  });

  test('that the phone has before the send was answered: it was sent too', async () => {
    const { ownerId, chat } = await withChat();
    network.onAnswer(() => new Promise((resolve) => setTimeout(resolve, 100)));
    const accepted = await send(ownerId, chat.id, 'acuse antes');
    await eventually('delivered', async () => (await rowOf(accepted.id)).status === 'delivered');
    expect((await rowOf(accepted.id)).sentAt).not.toBeNull();
  });

  test('accepted while the session is down: leaves when it is back', async () => {
    const { ownerId, chat } = await withChat();
    network.onStart(() => new Promise((resolve) => setTimeout(resolve, 200)));
    network.phone(OWN).crash();
    const accepted = await send(ownerId, chat.id, 'cuando vuelvas');
    await eventually('delivered', async () => (await rowOf(accepted.id)).status === 'delivered');
  });

  test('still waiting when the link ends: fails with the reason', async () => {
    const { ownerId, chat } = await withChat();
    await node.registry.disconnect(ownerId, false);
    const accepted = await acceptMessage(node.db, ownerId, {
      chatId: chat.id,
      text: 'tarde',
      clientKey: crypto.randomUUID(),
    });
    network.phone(OWN).logoutFromPhone();
    await node.registry.restore(ownerId);
    await eventually('failed', async () => (await rowOf(accepted.id)).errorCode === 'WHATSAPP_UNLINKED');
  });
});

describe('numbers', () => {
  test('the same number linked again goes on where it was; another one has its own list', async () => {
    const OTHER = '+5491199998888';
    const ownerId = await link();
    network.phone(CARLA).say(OWN, 'al primero');
    const chat = await chatOf(ownerId);
    await node.registry.disconnect(ownerId, true);
    network.phone(OTHER, 'Otro');
    await link(OTHER, ownerId);
    expect((await listChats(node.db, ownerId, ALL)).items).toEqual([]);
    await expect(send(ownerId, chat.id, 'desde otro número')).rejects.toMatchObject({ code: 'OTHER_NUMBER' });
    await node.registry.disconnect(ownerId, true);
    await link(OWN, ownerId);
    expect((await chatOf(ownerId)).id).toBe(chat.id);
    expect(await textsOf(ownerId, chat.id)).toEqual(['al primero']);
  });
});

describe('reading', () => {
  test('marks up to what was on screen; what came later stays unread', async () => {
    const ownerId = await link();
    network.phone(CARLA).say(OWN, 'vista');
    const chat = await chatOf(ownerId);
    const [seen] = (await listMessages(node.db, ownerId, { chatId: chat.id, limit: 1 })).items;
    network.phone(CARLA).say(OWN, 'todavía no');
    await eventually('two', async () => (await textsOf(ownerId, chat.id)).length === 2);
    const read = await markRead(node.db, ownerId, { chatId: chat.id, upToMessageId: seen?.id ?? '' });
    expect(read).toMatchObject({ changed: true, chat: { unread: 1 } });
  });

  test('pages back through a long chat without gaps or doubles', async () => {
    const ownerId = await link();
    for (let i = 0; i < 45; i++) network.phone(CARLA).say(OWN, `p${i}`);
    const chat = await chatOf(ownerId);
    await eventually('all', async () => (await textsOf(ownerId, chat.id)).length === 45);
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await listMessages(node.db, ownerId, { chatId: chat.id, limit: 10, cursor: cursor ?? undefined });
      seen.unshift(...page.items.map(({ text }) => text));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(Array.from({ length: 45 }, (_, i) => `p${i}`));
  });
});
