import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type Owner, PASSWORD, type TestApp } from '@/tests/support/app';
import { eventually } from '@/tests/support/node';
import { rawSocket } from '@/tests/support/raw-socket';
import { RULES } from '@/tests/support/tenancy-rules';
import { PROCEDURES, type Wire } from '@/tests/support/wire';
import { setStores } from '@/tests/support/stores';

/** A sign-in that ended is over everywhere, at once, in every process. */

const stores = setStores();
let app: TestApp;
let owner: Owner;
const apps: TestApp[] = [];

async function start(env: Record<string, string> = {}): Promise<TestApp> {
  const made = await createTestApp({ ...stores, env });
  apps.push(made);
  return made;
}
beforeEach(async () => {
  app = await start();
  owner = await app.register('Eva');
});
afterEach(async () => {
  for (const made of apps.splice(0)) await made.close();
});

async function following(at: TestApp, token: string): Promise<Wire> {
  const wire = await at.wire({ token });
  const followed = wire.follow('events.follow');
  await eventually('the subscription', async () => followed.started);
  return wire;
}

async function closesWithin(wire: Wire, ms: number): Promise<void> {
  const since = Date.now();
  await eventually('the socket’s end', async () => wire.closed());
  expect(Date.now() - since).toBeLessThan(ms);
  expect(wire.closed()?.code).toBe(4401);
}

test('after log-out no procedure knows the token', async () => {
  const again = await owner.client.auth.login.mutate({ email: owner.email, password: PASSWORD });
  expect(await app.client(again.token).auth.logout.mutate()).toEqual({ success: true });
  const wire = await app.wire({ token: again.token });
  for (const [path, type] of Object.entries(PROCEDURES)) {
    if (RULES[path]?.open) continue;
    const code =
      type === 'subscription'
        ? await eventually(path, async () => wire.follow(path).error?.code ?? (await wire.call(path)).error?.code)
        : (await app.call(path, { token: again.token, input: {} })).error?.code;
    expect(code, path).toBe('INVALID_TOKEN');
  }
  // the other sign-in of the same owner goes on
  expect((await owner.client.auth.me.query()).id).toBe(owner.ownerId);
});

describe('open sockets', () => {
  test('of that sign-in close within a second, and no others', async () => {
    const second = await owner.client.auth.login.mutate({ email: owner.email, password: PASSWORD });
    const mine = [await following(app, owner.token), await following(app, owner.token)];
    const other = await following(app, second.token);
    const elses = await following(app, (await app.register('Leo')).token);
    await owner.client.auth.logout.mutate();
    for (const wire of mine) await closesWithin(wire, 1_000);
    expect([other.closed(), elses.closed()]).toEqual([null, null]);
    expect((await other.call('auth.me')).error).toBeNull();
  });

  test('in another process as well', async () => {
    const elsewhere = await start();
    const wire = await following(elsewhere, owner.token);
    await owner.client.auth.logout.mutate();
    await closesWithin(wire, 1_000);
  });

  test('when the sign-in runs out by itself', async () => {
    const brief = await start({ JWT_EXPIRES_IN: '2s' });
    const { token } = await brief.client(null).auth.login.mutate({ email: owner.email, password: PASSWORD });
    const wire = await following(brief, token);
    await closesWithin(wire, 3_500);
    expect((await brief.call('auth.me', { token })).error?.code).toBe('TOKEN_EXPIRED');
  });

  test('also of a peer that does not answer the close, and what it still says is not heard', async () => {
    const stubborn = await rawSocket(app.config.PORT);
    stubborn.say({ method: 'connectionParams', data: { token: owner.token } });
    stubborn.say({ id: 1, method: 'query', params: { path: 'auth.me', input: { json: null } } });
    await eventually('who it is', async () => stubborn.heard().includes(owner.email));
    const since = Date.now();
    await owner.client.auth.logout.mutate();
    stubborn.say({ id: 2, method: 'mutation', params: { path: 'settings.update', input: { json: { locale: 'en' } } } });
    await eventually('the end', async () => stubborn.ended());
    expect(Date.now() - since).toBeLessThan(1_000);
    const user = await app.node.db.user.findUniqueOrThrow({ where: { id: owner.ownerId } });
    expect(user.locale).toBe('es');
  });
});
