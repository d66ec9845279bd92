import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTurn, numbered } from '@/tests/support/flow';
import { type Api, allMessages, chatWith, type Person } from '@/tests/support/person';
import { waitUntil } from '@/tests/support/wait-until';
import { setStage } from './stage';

const stage = setStage();
const bakery = '+5491123456789';
const carla = '+5491134567890';
/** What a browser says of a server that is away. */
const AWAY = [
  /WebSocket connection to .* failed/,
  /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/,
  /status of 503/,
];
let ana: Person;
let api: Api;

const devices = async () => (await stage.sandbox.accounts()).find(({ phone }) => phone === bakery)?.devices ?? [];
/** What Carla's phone got of these texts. */
const arrived = async (texts: string[]) =>
  (await stage.sandbox.messagesOf(carla, bakery)).map(({ body }) => body).filter((body) => texts.includes(body));

beforeAll(async () => {
  const { sandbox } = stage;
  await sandbox.createAccount({ phone: bakery, name: 'Panadería La Espiga' });
  await sandbox.createAccount({ phone: carla, name: 'Carla' });
  await sandbox.say({ from: carla, to: bakery, text: 'Buen día' });
  ana = await stage.person('Ana');
  await ana.register();
  await ana.linkByQr(sandbox, bakery);
  api = await ana.api();
  await chatWith(api, carla);
  await ana.openChat('Carla');
});

afterAll(() => api?.close());

test('after a restart the number is connected without a QR, and nothing of the time between is lost', async () => {
  const { sandbox, server } = stage;
  const [before] = await devices();
  await server.shutDown();
  expect(await server.browsers()).toEqual([]);
  expect(await server.locks()).toEqual([]);
  await ana.banner('reconnecting').waitFor();
  await sandbox.say({ from: carla, to: bakery, text: '¿Están ahí?' });
  await ana.send('Escrito sin servidor');
  await ana.message('Escrito sin servidor', 'queued').waitFor();

  await server.start();
  await ana.banner('back').waitFor();
  await ana.message('¿Están ahí?', 'received').waitFor();
  await ana.message('Escrito sin servidor', 'delivered').waitFor();
  expect(await arrived(['Escrito sin servidor'])).toHaveLength(1);
  await ana.page.goto('/connect');
  await ana.waitConnected();
  expect(await devices()).toMatchObject([{ id: before?.id, online: true }]);
  expect(ana.takeTroubles(AWAY)).toEqual([]);
});

test('an answer that gets lost on the way does not send a message twice', async () => {
  await ana.openChat('Carla');
  let lost = 0;
  // the server takes the message, and the page never hears of it
  await ana.page.route('**/api/trpc/chats.send**', async (route) => {
    if (lost > 0) return route.continue();
    lost += 1;
    await route.fetch();
    return route.abort('connectionreset');
  });
  await ana.send('Por una red floja');
  await ana.message('Por una red floja', 'delivered').waitFor();
  await ana.send('y otra más');
  await ana.message('y otra más', 'delivered').waitFor();
  await ana.page.unroute('**/api/trpc/chats.send**');
  expect(lost).toBe(1);
  expect(await arrived(['Por una red floja', 'y otra más'])).toEqual(['Por una red floja', 'y otra más']);
  expect(await ana.message('Por una red floja').count()).toBe(1);
  expect(ana.takeTroubles(AWAY)).toEqual([]);
});

test('a session whose browser is killed comes back by itself, and sends what waited', async () => {
  const { sandbox, server } = stage;
  const [pid = 0] = await server.browserPids();
  expect(pid).toBeGreaterThan(1);
  process.kill(pid, 'SIGKILL');
  await ana.notice(ana.words.chat.notice.busy).waitFor();
  await ana.send('Escrito sin navegador');
  await sandbox.say({ from: carla, to: bakery, text: '¿Seguís ahí?' });
  await ana.message('Escrito sin navegador', 'delivered').waitFor();
  await ana.message('¿Seguís ahí?', 'received').waitFor();
  expect(await arrived(['Escrito sin navegador'])).toHaveLength(1);
  expect(await server.browserPids()).toHaveLength(1);
  expect(await server.browserPids()).not.toContain(pid);
});

test('a server that is killed while messages flow both ways loses none and doubles none', async () => {
  const { sandbox, server } = stage;
  await ana.openChat('Carla');
  const [inbound, outbound] = [numbered('de Carla', 60), numbered('de Ana', 30)];
  const flow = Promise.all([
    inTurn(inbound, 60, (text) => sandbox.say({ from: carla, to: bakery, text })),
    inTurn(outbound, 80, ana.send),
  ]);
  await waitUntil('the flow to be under way', async () => (await arrived(outbound)).length >= 8);
  await server.kill();
  await ana.banner('reconnecting').waitFor();
  await server.start();
  await flow;
  await ana.banner('back').waitFor();

  // the page goes on by itself, at the end where it was: nobody loads it again
  await ana.message(outbound.at(-1) ?? '', 'delivered').waitFor();
  const { id } = await chatWith(api, carla);
  await waitUntil('every message from Carla', async () => {
    const stored = (await allMessages(api, id)).map(({ text }) => text);
    return inbound.every((text) => stored.includes(text));
  });
  const stored = await allMessages(api, id);
  const textsOf = (texts: string[]) => stored.map(({ text }) => text).filter((text) => texts.includes(text));
  expect(textsOf(inbound).toSorted()).toEqual(inbound.toSorted());
  expect(textsOf(outbound).toSorted()).toEqual(outbound.toSorted());

  await waitUntil('the page to show what the server has', async () => {
    const shown = await ana.readThread();
    return JSON.stringify(shown) === JSON.stringify(stored.map(({ text }) => text));
  });

  // one that was between the row and WhatsApp at the kill is never sent twice; where it did not leave, its row says "unconfirmed"
  const onPhone = await arrived(outbound);
  expect(onPhone).toEqual([...new Set(onPhone)]);
  const missing = stored.filter(({ text }) => outbound.includes(text) && !onPhone.includes(text));
  expect(missing.length).toBeLessThanOrEqual(1);
  for (const message of missing) expect(message).toMatchObject({ status: 'queued', errorCode: 'SEND_UNCONFIRMED' });
  const left = stored.filter(({ text }) => onPhone.includes(text));
  expect(left.filter(({ status }) => status !== 'delivered' && status !== 'read')).toEqual([]);

  expect(await server.browserPids()).toHaveLength(1);
  expect(ana.takeTroubles(AWAY)).toEqual([]);
});
