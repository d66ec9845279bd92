import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OwnerId } from '@/server/auth/owner-id';
import { openChat } from '@/server/chats/compose';
import { askAboutSpellings } from '@/server/clients/whatsapp-word';
import { createClient, deleteClient, listClients, updateClient } from '@/server/clients/clients';
import type { Client } from '@/server/clients/schema';
import { readAfter } from '@/server/events/log';
import { createOrder, getOrder } from '@/server/orders/orders';
import type { ChatId, EngineMessage, MessageId } from '@/server/whatsapp/engine';
import { ingestMessage, type IngestScope } from '@/server/whatsapp/ingest';
import { acquireLease } from '@/server/whatsapp/lease';
import { createFakeNetwork } from '@/tests/support/fake-engine';
import { createTestNode, type TestNode } from '@/tests/support/node';
import { setStores } from '@/tests/support/stores';

/** What a session stores of those who write, by its own way in: real rows, real transactions, 50 at a time. */

const OWN = '+5491123456789';
const CARLA = '+5491134567890';
const CARLA_TYPED = '+541134567890';
const LID = '4711@lid';

const stores = setStores();
let node: TestNode;
let ownerId: OwnerId;
let scope: IngestScope;

beforeEach(async () => {
  node = await createTestNode({ ...stores, factory: createFakeNetwork().factory });
  ownerId = await node.createOwner();
  const lease = await acquireLease(node.db, node.nodeId, ownerId);
  if (!lease) throw new Error('no lease');
  scope = { db: node.db, lease, ownerId, ownNumber: OWN };
});
afterEach(() => node.close());

let messages = 0;
function from(phone: string | null, more: Partial<EngineMessage> = {}): EngineMessage {
  messages += 1;
  return {
    id: `false_${messages}` as MessageId,
    token: null,
    chatId: `${phone?.slice(1)}@c.us` as ChatId,
    chatKind: 'direct',
    direction: 'inbound',
    kind: 'text',
    text: `mensaje ${messages}`,
    sentAt: new Date(),
    ack: null,
    phone,
    pushName: 'Carla',
    ...more,
  };
}
const hidden = (more: Partial<EngineMessage> = {}) => from(null, { chatId: LID as ChatId, ...more });

const nobody = async () => undefined;
const typed = (name: string, phone: string) =>
  createClient({ db: node.db, ask: nobody }, ownerId, { name, phone, email: null, notes: null });
const clients = async (): Promise<Client[]> => (await listClients(node.db, ownerId, { limit: 500, offset: 0 })).items;
const only = async (): Promise<Client> => {
  const [client, ...others] = await clients();
  if (!client || others.length > 0) throw new Error(`${others.length + 1} clients`);
  return client;
};
const idsOfMessages = async () =>
  new Set((await node.db.message.findMany({ where: { ownerId } })).map(({ clientId }) => clientId));
const told = async (type: string) =>
  (await readAfter(node.db, ownerId, 0, 1000)).filter(({ body }) => body.type === type).length;

describe('a first message', () => {
  test('makes a client, under the name they gave, or the number', async () => {
    await ingestMessage(scope, from(CARLA));
    await ingestMessage(scope, from('+5491155555555', { pushName: null }));
    await ingestMessage(scope, from('+5491166666666', { pushName: ' ' }));
    expect(new Set((await clients()).map(({ name, phone }) => `${name} ${phone}`))).toEqual(
      new Set([`Carla ${CARLA}`, '+5491155555555 +5491155555555', '+5491166666666 +5491166666666']),
    );
    const types = (await readAfter(node.db, ownerId, 0)).map(({ body }) => body.type);
    expect(types.slice(0, 2)).toEqual(['client.created', 'message.received']);
  });

  test('fifty at once make one, and none is lost', async () => {
    const second = await createTestNode({ ...stores, factory: createFakeNetwork().factory });
    const scopes = [scope, { ...scope, db: second.db }];
    const all = Array.from({ length: 50 }, () => from(CARLA));
    await Promise.all(all.map((message, index) => ingestMessage(scopes[index % 2] ?? scope, message)));
    await second.close();
    const client = await only();
    expect(await node.db.message.count({ where: { ownerId, clientId: client.id } })).toBe(50);
    expect([await told('client.created'), await told('message.received')]).toEqual([1, 50]);
  });

  test('of fifty people at once makes fifty', async () => {
    const phones = Array.from({ length: 50 }, (_, index) => `+54911400000${String(index).padStart(2, '0')}`);
    await Promise.all(phones.map((phone) => ingestMessage(scope, from(phone))));
    expect((await clients()).map(({ phone }) => phone).sort()).toEqual(phones);
  });

  test('while the owner types the same number: one client', async () => {
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 20 }, () => ingestMessage(scope, from(CARLA))),
      ...Array.from({ length: 5 }, () => typed('Carla', CARLA)),
    ]);
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
    expect(new Set(refused)).toEqual(new Set(['CLIENT_PHONE_EXISTS']));
    expect(await idsOfMessages()).toEqual(new Set([(await only()).id]));
  });

  test("while the owner deletes the client, again and again: no message is lost, each is a client's or nobody's", async () => {
    await ingestMessage(scope, from(CARLA));
    const writing = (async () => {
      for (let i = 0; i < 40; i++) await ingestMessage(scope, from(CARLA));
    })();
    for (let i = 0; i < 10; i++) for (const { id } of await clients()) await deleteClient(node.db, ownerId, id);
    await writing;
    await ingestMessage(scope, from(CARLA));
    expect(await node.db.message.count({ where: { ownerId } })).toBe(42);
    expect(await idsOfMessages()).toContain((await only()).id);
  });
});

describe('nobody is made a client by', () => {
  test('the past that is read in, or what the owner writes', async () => {
    await ingestMessage(scope, from(CARLA), true);
    await ingestMessage(scope, from('+5491155555555', { direction: 'outbound', ack: 'sent', pushName: null }));
    expect(await clients()).toEqual([]);
    await ingestMessage(scope, from(CARLA));
    // the whole conversation is theirs then
    expect(await node.db.message.count({ where: { ownerId, clientId: (await only()).id } })).toBe(2);
  });
});

describe('one who is a client already', () => {
  test('stays that one, and what was said before is theirs', async () => {
    await ingestMessage(scope, from(CARLA), true);
    const client = await typed('Carla de la esquina', CARLA);
    await ingestMessage(scope, from(CARLA));
    await ingestMessage(scope, from(CARLA, { direction: 'outbound', ack: 'sent', pushName: null }));
    expect(await only()).toMatchObject({ id: client.id, name: 'Carla de la esquina' });
    expect(await idsOfMessages()).toEqual(new Set([client.id]));
  });

  test('has the chat that is opened with them', async () => {
    const client = await typed('Carla', CARLA);
    const chat = await openChat(node.db, ownerId, OWN, { engineChatId: '5491134567890@c.us', phone: CARLA });
    expect((await node.db.chat.findUniqueOrThrow({ where: { id: chat.id } })).clientId).toBe(client.id);
  });

  test('of one owner is nobody to another', async () => {
    await ingestMessage(scope, from(CARLA));
    const other = await node.createOwner('Beto');
    const lease = await acquireLease(node.db, node.nodeId, other);
    if (!lease) throw new Error('no lease');
    await ingestMessage({ db: node.db, lease, ownerId: other, ownNumber: '+5491177777777' }, from(CARLA));
    expect((await listClients(node.db, other, { limit: 10, offset: 0 })).items[0]?.id).not.toBe((await only()).id);
  });

  test('with another number: the chat of the old one is free, and makes its own client', async () => {
    await ingestMessage(scope, from(CARLA));
    const client = await only();
    await updateClient({ db: node.db, ask: nobody }, ownerId, client.id, { phone: '+5491155555555' });
    await ingestMessage(scope, from(CARLA));
    expect((await clients()).map(({ phone }) => phone).sort()).toEqual([CARLA, '+5491155555555']);
  });
});

describe('a number that was typed in its other spelling', () => {
  const says = (answers: Record<string, string | null>) => {
    const asked: string[] = [];
    scope.askFirst = async ({ phone }) => {
      await askAboutSpellings(node.db, ownerId, phone ?? '', async (spelled) => {
        asked.push(spelled);
        const known = answers[spelled];
        return known ? { phone: known, chatId: `${known.slice(1)}@c.us` as ChatId } : null;
      });
      return null;
    };
    return asked;
  };

  test('is the same client when WhatsApp says so, and its word is in the row', async () => {
    const client = await typed('Carla', CARLA_TYPED);
    const asked = says({ [CARLA_TYPED]: CARLA });
    await ingestMessage(scope, from(CARLA));
    await ingestMessage(scope, from(CARLA));
    expect(await only()).toMatchObject({ id: client.id, phone: CARLA_TYPED });
    expect(asked).toEqual([CARLA_TYPED]);
    expect(await node.db.client.findUniqueOrThrow({ where: { id: client.id } })).toMatchObject({
      whatsappPhone: CARLA,
      whatsappChatId: '5491134567890@c.us',
      whatsappCheckedAt: expect.any(Date),
    });
  });

  test('is another person when WhatsApp has them apart, or does not know the landline', async () => {
    await typed('La oficina', CARLA_TYPED);
    says({ [CARLA_TYPED]: CARLA_TYPED });
    await ingestMessage(scope, from(CARLA));
    await typed('Otra oficina', '+541155555555');
    says({});
    await ingestMessage(scope, from('+5491155555555'));
    expect(await clients()).toHaveLength(4);
  });

  test('stays apart while nobody can say, and becomes one, with the orders of both, once WhatsApp has', async () => {
    const first = await typed('Carla', CARLA_TYPED);
    await ingestMessage(scope, from(CARLA, { pushName: 'Carlita' }));
    expect(await clients()).toHaveLength(2);
    const second = (await clients()).find(({ id }) => id !== first.id);
    const order = await createOrder(node.db, ownerId, {
      clientId: second?.id ?? '',
      description: 'una torta',
      status: 'pendiente',
    });
    const asked = says({ [CARLA_TYPED]: CARLA });
    await ingestMessage(scope, from(CARLA));
    expect(asked).toEqual([CARLA_TYPED]);
    expect(await only()).toMatchObject({ id: first.id, name: 'Carla' });
    expect((await getOrder(node.db, ownerId, order.id)).clientId).toBe(first.id);
    expect(await idsOfMessages()).toEqual(new Set([first.id]));
    const gone = (await readAfter(node.db, ownerId, 0)).find(({ body }) => body.type === 'client.deleted');
    expect(gone?.body).toMatchObject({ clientId: second?.id, joined: first.id });
  });

  test("is refused to whoever types it again, on WhatsApp's word", async () => {
    await ingestMessage(scope, from(CARLA));
    const create = (phone: string, known: string | null) =>
      createClient(
        { db: node.db, ask: async () => (known ? { phone: known, chatId: `${known.slice(1)}@c.us` as ChatId } : null) },
        ownerId,
        { name: 'Otra vez', phone, email: null, notes: null },
      );
    await expect(create(CARLA_TYPED, CARLA)).rejects.toMatchObject({ code: 'CLIENT_PHONE_EXISTS' });
    await create(CARLA_TYPED, null);
    expect(await clients()).toHaveLength(2);
  });
});

describe('a hidden number', () => {
  test('makes a client without a phone, once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => ingestMessage(scope, hidden())));
    expect(await only()).toMatchObject({ name: 'Carla', phone: null });
  });

  test('without a name has words for one', async () => {
    await ingestMessage(scope, hidden({ pushName: null }));
    expect((await only()).name).toBe('Número oculto');
  });

  test('that becomes known gives its client the number', async () => {
    await ingestMessage(scope, hidden());
    await ingestMessage(scope, hidden({ phone: CARLA }));
    expect(await only()).toMatchObject({ name: 'Carla', phone: CARLA });
  });

  test("that turns out to be a client's is that client, in one conversation", async () => {
    await ingestMessage(scope, hidden());
    const first = await only();
    await ingestMessage(scope, from(CARLA));
    await ingestMessage(scope, from(CARLA, { direction: 'outbound', ack: 'sent', pushName: null }));
    await ingestMessage(scope, hidden({ phone: CARLA }));
    await ingestMessage(scope, from(CARLA));
    await ingestMessage(scope, hidden());
    expect(await only()).toMatchObject({ id: first.id, phone: CARLA });
    const chats = await node.db.chat.findMany({ where: { ownerId } });
    expect(chats).toMatchObject([{ engineChatId: LID, phone: CARLA, clientId: first.id, unread: 5 }]);
    expect(await node.db.message.count({ where: { chatId: chats[0]?.id ?? null } })).toBe(6);
    expect([await told('chat.joined'), await told('client.deleted')]).toEqual([1, 1]);
  });

  test('that turns out to be one with a client of an older conversation goes on there', async () => {
    await ingestMessage(scope, from(CARLA));
    const first = await only();
    await ingestMessage(scope, hidden());
    expect(await clients()).toHaveLength(2);
    await ingestMessage(scope, hidden({ phone: CARLA }));
    expect(await only()).toMatchObject({ id: first.id });
    expect(await node.db.chat.count({ where: { ownerId } })).toBe(1);
  });

  test('to which the owner gave a number stays that client, until WhatsApp says whose it is', async () => {
    await ingestMessage(scope, hidden());
    const named = await only();
    await updateClient({ db: node.db, ask: nobody }, ownerId, named.id, { phone: '+5491155555555' });
    await ingestMessage(scope, hidden());
    expect((await only()).id).toBe(named.id);
    await ingestMessage(scope, hidden({ phone: CARLA }));
    expect(await only()).toMatchObject({ id: named.id, phone: '+5491155555555' });
  });
});
