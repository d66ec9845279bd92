import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AdminSessions } from '@/server/admin/schema';
import { ownerIdOfRow } from '@/server/auth/owner-id';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { createTestNode, eventually, type TestNode } from '@/tests/support/node';
import { setStores } from '@/tests/support/stores';

/** Eva is the admin; Beto's session runs in her process, Ciro's in another one. */

const BETO = '+5491123456781';
const CIRO = '+5491123456782';
const page = { missing: ['WAWebMsgKey.newId', 'WAWebCollections.Msg.on'], version: '2.3000.1047123456' };

const stores = setStores();
let app: TestApp;
let other: TestNode;
let eva: Owner;
let beto: Owner;
let ciro: Owner;

beforeAll(async () => {
  app = await createTestApp(stores);
  other = await createTestNode({ ...stores, factory: app.network.factory });
  eva = await app.register('Eva');
  beto = await app.register('Beto');
  ciro = await app.register('Ciro');
  await app.link(beto, BETO, 'Taller de Beto');
  const owner = ownerIdOfRow(ciro);
  const { qrCode } = await other.registry.connect(owner, null);
  app.network.phone(CIRO, 'Kiosco de Ciro').scan(qrCode ?? '');
  await eventually('connected', async () => (await other.registry.status(owner)).connected);
});
afterAll(async () => {
  await other.close();
  await app.close();
});

const sessions = async () => (await app.call('admin.sessions', { token: eva.token })).data as AdminSessions;
const listed = (total: number) =>
  eventually(`${total} sessions in trouble`, async () => {
    const answer = await sessions();
    return answer.total === total && answer;
  });

test('as long as all is well, there is nothing to look at', async () => {
  expect(await sessions()).toEqual({ items: [], total: 0 });
});

describe('when WhatsApp changes its page', () => {
  test('the admin sees whose sessions fail, why, and since when, whichever process runs them', async () => {
    app.network.phone(BETO).crash('WHATSAPP_CHANGED', page);
    const [first] = (await listed(1)).items;
    const status = await app.node.registry.status(ownerIdOfRow(beto));
    const failing = { status: 'error', reason: 'WHATSAPP_CHANGED', missing: page.missing, pageVersion: page.version };
    const rest = { hasSession: true, failingSince: expect.any(Date), retryAt: expect.any(Date) };
    expect(first).toEqual({ ...failing, ...rest, ownerId: beto.ownerId, ownerName: 'Beto' });
    expect(first?.failingSince).toEqual(status.failingSince);

    app.network.phone(CIRO).crash('ACTION_REQUIRED');
    const { items } = await listed(2);
    expect(items.map(({ ownerName, reason, missing }) => ({ ownerName, reason, missing }))).toEqual([
      { ownerName: 'Beto', reason: 'WHATSAPP_CHANGED', missing: page.missing },
      { ownerName: 'Ciro', reason: 'ACTION_REQUIRED', missing: [] },
    ]);
  });

  test('no number, name or address of a person is in the answer', async () => {
    const { text } = await app.call('admin.sessions', { token: eva.token });
    for (const secret of [BETO, CIRO, 'Taller', 'Kiosco', beto.email, ciro.email]) expect(text).not.toContain(secret);
  });

  test('a member is refused, over HTTP and over the socket, and each sees their own names alone', async () => {
    const refused = await app.call('admin.sessions', { token: beto.token });
    expect(refused).toMatchObject({ status: 403, error: { code: 'ADMIN_ONLY' } });
    expect(refused.text).not.toContain('Ciro');
    const wire = await app.wire({ token: beto.token });
    expect((await wire.call('admin.sessions')).error).toMatchObject({ code: 'ADMIN_ONLY' });

    const follow = async (owner: Owner) => {
      const followed = (await app.wire({ token: owner.token })).follow('whatsapp.onStatus');
      return eventually('a status', async () => followed.events[0]);
    };
    expect(await follow(beto)).toMatchObject({ reason: 'WHATSAPP_CHANGED', missing: page.missing });
    expect(await follow(ciro)).toMatchObject({ reason: 'ACTION_REQUIRED', missing: [], pageVersion: null });
    expect(await follow(eva)).toMatchObject({ status: 'not_connected', reason: null, missing: [], pageVersion: null });
    expect(await beto.client.whatsapp.status.query()).toMatchObject({ status: 'error', pageVersion: page.version });
  });

  test('who is no longer the admin is refused with the same credential', async () => {
    const { db } = app.node;
    await db.user.update({ where: { id: eva.ownerId }, data: { role: 'member' } });
    expect((await app.call('admin.sessions', { token: eva.token })).error?.code).toBe('ADMIN_ONLY');
    await db.user.update({ where: { id: eva.ownerId }, data: { role: 'admin' } });
    expect((await sessions()).total).toBe(2);
  });

  test('a session that works again, or that its owner stopped, is gone from the list', async () => {
    await beto.client.whatsapp.restart.mutate();
    expect((await listed(1)).items).toMatchObject([{ ownerName: 'Ciro' }]);
    await ciro.client.whatsapp.disconnect.mutate();
    await listed(0);
  });
});
