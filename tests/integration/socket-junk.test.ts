import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { eventually } from '@/tests/support/node';
import { type ListeningSocket, openSocket } from '@/tests/support/socket';
import { setStores } from '@/tests/support/stores';

/** What a socket may say: whatever it is, the server and the others go on. */

const stores = setStores();
let app: TestApp;
let owner: Owner;
const sockets: ListeningSocket[] = [];
beforeAll(async () => {
  app = await createTestApp({ databaseUrl: stores.databaseUrl, redisUrl: stores.redisUrl });
  owner = await app.register('Eva');
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});
afterAll(() => app.close());

function open(more: Parameters<typeof openSocket>[1]): ListeningSocket {
  const made = openSocket(app.url, { reconnection: false, ...more });
  sockets.push(made);
  return made;
}
async function listens({ socket, hears }: ListeningSocket): Promise<void> {
  socket.emit('subscribe_whatsapp');
  expect((await hears('whatsapp_status_change')).userId).toBe(owner.ownerId);
}
const end = ({ ends }: ListeningSocket) => eventually('the end', async () => ends[0]);

/** What a server says to these bytes before it hangs up. */
async function answerTo(bytes: string): Promise<string> {
  const tcp = connect(app.config.PORT, '127.0.0.1');
  let said = '';
  let gone = false;
  tcp.on('data', (chunk) => (said += chunk.toString('latin1')));
  tcp.on('error', () => {});
  tcp.on('close', () => (gone = true));
  tcp.write(bytes);
  await eventually('the end of the connection', async () => gone);
  return said;
}

describe('junk', () => {
  test('ends the socket that says it at most', async () => {
    const packets = [
      '',
      '9',
      '4',
      '42',
      '42[',
      '42[]',
      '42[null]',
      '42["error"]',
      '42["disconnect"]',
      '45',
      '451-["a",{"_placeholder":true,"num":9}]',
      '43999999[1]',
      '40{',
      '40/nowhere,',
      '41',
      '42["subscribe_whatsapp",{"__proto__":{"a":1}}]',
      `42["authenticate",${'['.repeat(2_000)}${']'.repeat(2_000)}]`,
      '\u0000',
      'b4AAAA',
    ];
    for (const packet of packets) {
      const peer = new WebSocket(`${app.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
      peer.on('error', () => {});
      await new Promise((resolve) => peer.once('open', resolve));
      peer.send(`40${JSON.stringify({ token: owner.token })}`);
      peer.send(packet);
      peer.send(Buffer.from(packet));
      peer.send('2');
      await new Promise((resolve) => setTimeout(resolve, 10));
      peer.terminate();
    }
    for (const body of ['', '42', '\u001e\u001e', '6'.repeat(100), '42["subscribe_whatsapp"]']) {
      const answer = await fetch(`${app.url}/socket.io/?EIO=4&transport=polling&sid=none`, { method: 'POST', body });
      expect(answer.status).toBe(400);
    }
    for (const query of [
      '',
      '?EIO=3&transport=polling',
      '?EIO=4',
      '?EIO=4&transport=carrier-pigeon',
      '?transport[]=polling',
    ]) {
      expect((await fetch(`${app.url}/socket.io/${query}`)).status).toBe(400);
    }
    for (const head of [
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
      'POST /socket.io/?EIO=4&transport=websocket&sid=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\njunk',
    ]) {
      expect(await answerTo(head)).toMatch(/^HTTP\/1.1 4\d\d|^$/);
    }
    await listens(open({ auth: { token: owner.token } }));
  });

  test('a packet that is too large ends its socket', async () => {
    for (const transport of ['websocket', 'polling'] as const) {
      const socket = open({ auth: { token: owner.token }, transports: [transport] });
      await listens(socket);
      socket.socket.emit('authenticate', { token: 'x'.repeat(100_000) });
      expect(await end(socket)).toMatch(/transport/);
    }
  });

  test('a flood is not waited for', async () => {
    const socket = open({ auth: { token: owner.token } });
    await listens(socket);
    for (let index = 0; index < 2_000; index++) socket.socket.emit('authenticate', { token: owner.token });
    expect(await end(socket)).toBe('io server disconnect');
    await listens(open({ auth: { token: owner.token } }));
  });
});
