import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, allMessages, chatWith, type Person } from '@/tests/support/person';
import { createTwilioPeer } from '@/tests/support/twilio-peer';
import { waitUntil } from '@/tests/support/wait-until';
import { setStage } from './stage';

const twilio = await createTwilioPeer();
const stage = setStage({ env: twilio.env });
const bakery = '+5491123456789';
const carla = '+5491134567890';
const diego = '+5491145678901';
const elsa = '+5491156789012';
let ana: Person;
let api: Api;

/** What the phone of `from` says became of its messages to the bakery: 2 delivered, 3 read. */
const acks = async (from: string) =>
  (await stage.sandbox.messagesOf(from, bakery)).filter(({ fromMe }) => fromMe).map(({ ack }) => ack);

/** Everything that went to the server before this has been dealt with, by the session's one order. */
async function settle(): Promise<void> {
  const text = `todo al día ${Math.random()}`;
  const { id } = await chatWith(api, elsa);
  await api.trpc.chats.send.mutate({ chatId: id, text, clientKey: crypto.randomUUID() });
  await waitUntil('the bakery to be in step', async () => {
    const messages = await allMessages(api, id);
    return messages.some((message) => message.text === text && message.status === 'delivered');
  });
}

beforeAll(async () => {
  const { sandbox } = stage;
  await sandbox.createAccount({ phone: bakery, name: 'Panadería La Espiga' });
  const people = { [carla]: 'Carla', [diego]: 'Diego', [elsa]: 'Elsa' };
  for (const [phone, name] of Object.entries(people)) await sandbox.createAccount({ phone, name });
  await sandbox.saveContact({ owner: bakery, phone: carla, name: 'Carla Benítez' });
  await sandbox.say({ from: elsa, to: bakery, text: '¿Abren el lunes?' });
  await sandbox.openChat({ phone: bakery, with: elsa });
  await sandbox.say({ from: carla, to: bakery, text: 'Te mandé el comprobante', type: 'image' });
  await sandbox.say({ from: carla, to: bakery, text: '¿La paso a buscar a las 17?' });
  ana = await stage.person('Ana');
  await ana.register();
  await ana.linkByQr(sandbox, bakery);
  api = await ana.api();
  await chatWith(api, carla);
});

afterAll(async () => {
  api?.close();
  await twilio.close();
});

test('what was said before is there with its unread count; linking and looking at the list read nothing', async () => {
  await ana.page.goto('/chats');
  await ana.row('Carla Benítez').waitFor();
  expect(await ana.row('Carla Benítez').getByTestId('unread').innerText()).toBe('2');
  expect(await ana.row('Elsa').getByTestId('unread').count()).toBe(0);
  await waitUntil('the count in the title', async () => (await ana.page.title()).startsWith('(2)'));
  await settle();
  expect(await acks(carla)).toEqual([2, 2]);
});

test('opening a chat reads it here; the other side sees that only where the owner chose so', async () => {
  const { sandbox } = stage;
  await ana.openChat('Carla Benítez');
  await ana.message('¿La paso a buscar a las 17?', 'received').waitFor();
  await ana.row('Carla Benítez').getByTestId('unread').waitFor({ state: 'detached' });
  await settle();
  expect(await acks(carla)).toEqual([2, 2]);

  await ana.page.goto('/settings');
  await ana.page.locator('#read-receipts').click();
  await waitUntil('the setting to be kept', async () => (await api.trpc.settings.get.query()).readReceipts);
  await ana.page.goto('/chats');
  await ana.row('Carla Benítez').waitFor();
  await sandbox.say({ from: carla, to: bakery, text: '¿Hay lugar para estacionar?' });
  await ana.row('Carla Benítez').getByTestId('unread').waitFor();
  await settle();
  expect(await acks(carla)).toEqual([2, 2, 2]);

  await ana.openChat('Carla Benítez');
  await waitUntil('the blue ticks of Carla', async () => (await acks(carla)).at(-1) === 3);
});

test('media stands as a bubble that names its kind', async () => {
  await ana.openChat('Carla Benítez');
  const bubble = ana.message('Te mandé el comprobante');
  await bubble.getByText(ana.words.chat.kind.image, { exact: true }).waitFor();
  for (const [type, kind] of Object.entries({ ptt: 'voice', document: 'document', sticker: 'sticker' } as const)) {
    await stage.sandbox.say({ from: carla, to: bakery, type });
    await ana.message(ana.words.chat.kind[kind]).waitFor();
  }
});

test('a chat goes both ways live, and the ticks go from the clock to read', async () => {
  const { sandbox } = stage;
  await ana.openChat('Carla Benítez');
  await sandbox.setPhoneOnline(carla, false);
  const statuses = await ana.watchStatuses('Sí, hay lugar en la puerta');
  await ana.send('Sí, hay lugar en la puerta');
  await ana.message('Sí, hay lugar en la puerta', 'sent').waitFor();
  await sandbox.setPhoneOnline(carla, true);
  await ana.message('Sí, hay lugar en la puerta', 'delivered').waitFor();
  await sandbox.openChat({ phone: carla, with: bakery });
  await ana.message('Sí, hay lugar en la puerta', 'read').waitFor();
  expect(await statuses()).toEqual(['queued', 'sent', 'delivered', 'read']);

  await sandbox.say({ from: carla, to: bakery, text: '¡Genial, gracias! 🙌' });
  await ana.message('¡Genial, gracias! 🙌', 'received').waitFor();
  await sandbox.say({ from: carla, to: bakery, text: '<b>no es</b> <img src=x onerror=alert(1)> markup' });
  await ana.message('<b>no es</b> <img src=x onerror=alert(1)> markup', 'received').waitFor();
  await sandbox.say({ from: bakery, to: carla, text: 'Esto lo escribí en el teléfono' });
  await ana.message('Esto lo escribí en el teléfono').and(ana.page.locator('[data-direction=outbound]')).waitFor();
});

test('a message to another chat raises its badge and puts it on top', async () => {
  const { sandbox } = stage;
  await ana.openChat('Carla Benítez');
  await sandbox.say({ from: diego, to: bakery, text: 'Hola, soy Diego' });
  await sandbox.say({ from: diego, to: bakery, text: '¿Tienen facturas?' });
  await ana.row('Diego').getByTestId('unread').filter({ hasText: '2' }).waitFor();
  await waitUntil('Diego on top', async () =>
    (await ana.page.getByTestId('chat-row').first().innerText()).includes('Diego'),
  );
  await ana.openChat('Diego');
  await ana.message('¿Tienen facturas?').waitFor();
  await ana.row('Diego').getByTestId('unread').waitFor({ state: 'detached' });
});

test('a double click and Enter twice send once each, and the same words twice are two messages', async () => {
  await ana.openChat('Diego');
  await ana.composer.fill('un clic de más');
  await ana.page.getByTestId('send').dblclick();
  await ana.composer.fill('un Enter de más');
  await ana.composer.press('Enter');
  await ana.composer.press('Enter');
  await ana.send('hola hola');
  await ana.send('hola hola');
  await ana.send('y nada más');
  await ana.message('y nada más', 'delivered').waitFor();
  const texts = ['un clic de más', 'un Enter de más', 'hola hola', 'hola hola', 'y nada más'];
  const { id } = await chatWith(api, diego);
  expect((await allMessages(api, id)).filter((m) => m.direction === 'outbound').map((m) => m.text)).toEqual(texts);
  const onPhone = (await stage.sandbox.messagesOf(diego, bakery)).filter(({ fromMe }) => !fromMe);
  expect(onPhone.map(({ body }) => body)).toEqual(texts);
});

test('a draft is kept per chat, through switching and a reload', async () => {
  await ana.openChat('Diego');
  await ana.composer.fill('Esto lo termino');
  await ana.openChat('Carla Benítez');
  expect(await ana.composer.inputValue()).toBe('');
  await ana.row('Diego').getByText('Esto lo termino').waitFor();
  await ana.page.reload();
  await ana.openChat('Diego');
  expect(await ana.composer.inputValue()).toBe('Esto lo termino');
  await ana.composer.press('End');
  await ana.page.keyboard.type(' después');
  await ana.composer.press('Enter');
  await ana.message('Esto lo termino después', 'delivered').waitFor();
  expect(await ana.composer.inputValue()).toBe('');
});

test('a new chat with a typed number opens when WhatsApp knows it, and says so when it does not', async () => {
  const { sandbox } = stage;
  const fabian = '+5491167890123';
  await sandbox.createAccount({ phone: fabian, name: 'Fabián' });
  await ana.page.goto('/chats');
  await ana.startChat('+54 9 11 5555 0000');
  await ana.page.getByText('Ese número no está en WhatsApp.').waitFor();
  expect(ana.takeTroubles([/status of 422/])).toEqual([]);
  // as people here write it: without the country, without the 9
  await ana.page.locator('#new-chat-phone').fill('11 6789-0123');
  await ana.page.locator('#new-chat-phone').press('Enter');
  await ana.page.getByRole('heading', { name: '+54 9 11 6789 0123' }).waitFor();
  await ana.send('Hola Fabián, tu pedido está listo');
  await ana.message('Hola Fabián, tu pedido está listo', 'delivered').waitFor();
  expect(await sandbox.messagesOf(fabian, bakery)).toMatchObject([{ body: 'Hola Fabián, tu pedido está listo' }]);
});

test('older messages come as one scrolls up, and what is new meanwhile waits below', async () => {
  const { sandbox } = stage;
  const many = Array.from({ length: 90 }, (_, index) => `renglón ${String(index + 1).padStart(3, '0')}`);
  for (const text of many) await sandbox.say({ from: bakery, to: elsa, text });
  const { id } = await chatWith(api, elsa);
  await waitUntil(
    '90 messages',
    async () => (await allMessages(api, id)).filter((m) => many.includes(m.text)).length === 90,
  );
  await ana.page.goto('/chats');
  await ana.openChat('Elsa');
  await ana.message('renglón 090').waitFor();
  expect(await ana.message('renglón 001').count()).toBe(0);
  await ana.page.getByTestId('thread').hover();
  await waitUntil('the first of them', async () => {
    await ana.page.mouse.wheel(0, -2_000);
    return (await ana.page.getByText(ana.words.chat.thread.start).count()) > 0;
  });
  await ana.message('¿Abren el lunes?').waitFor();

  await sandbox.say({ from: elsa, to: bakery, text: '¿Y el martes?' });
  await ana.page.getByTestId('new-below').click();
  await ana.message('¿Y el martes?').waitFor();
});

test('a message to a group is counted, and never shown as a chat', async () => {
  const { sandbox } = stage;
  const group = await sandbox.createGroup({ subject: 'Comerciantes', owner: carla, members: [carla, bakery] });
  await sandbox.say({ from: carla, to: group.id, text: 'Mensaje para el grupo' });
  await waitUntil('the count', async () => (await api.trpc.whatsapp.status.query()).skipped.group === 1);
  await settle();
  await ana.page.goto('/chats');
  await ana.row('Carla Benítez').waitFor();
  expect(await ana.row('Comerciantes').count()).toBe(0);
  expect(await ana.row('Mensaje para el grupo').count()).toBe(0);
});

test('what goes over Twilio says so; refused, it says why, and is sent again once when somebody asks', async () => {
  await ana.page.goto('/chats');
  await ana.openChat('Carla Benítez');
  const { clients } = api.trpc;
  const [client] = (await clients.list.query({ search: carla })).items;
  await api.trpc.whatsapp.disconnect.mutate({});
  twilio.next({ kind: 'refuse', status: 400, code: 63016 });
  await api.trpc.messages.send.mutate({ clientId: client?.id ?? '', text: 'Pasá cuando quieras' });
  const bubble = ana.message('Pasá cuando quieras');
  await ana.message('Pasá cuando quieras', 'failed').getByText('Pasaron más de 24 horas').waitFor();
  await bubble.getByText(ana.words.chat.status.byTwilio).waitFor();
  await bubble.getByRole('button', { name: ana.words.chat.retry }).click();
  await ana.message('Pasá cuando quieras', 'sent').waitFor();
  expect(await bubble.count()).toBe(1);
  expect(twilio.taken.filter(({ body }) => body === 'Pasá cuando quieras')).toHaveLength(1);
});
