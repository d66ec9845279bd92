import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { eventually } from './node';

/** A WebSocket client that can write text frames, and does nothing by itself. */
export async function rawSocket(port: number, path = '/api/trpc?connectionParams=1') {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  let ended = false;
  socket.on('data', (chunk) => (text += chunk.toString('latin1')));
  socket.on('close', () => (ended = true));
  socket.on('error', () => {});
  const key = randomBytes(16).toString('base64');
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  await eventually('the handshake', async () => text.includes('101 Switching'));
  return {
    heard: () => text,
    ended: () => ended,
    say(message: object | string): void {
      const payload = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
      const mask = randomBytes(4);
      const length =
        payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 255];
      const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
      if (!ended) socket.write(Buffer.concat([Buffer.from([0x81, ...length]), mask, masked]));
    },
  };
}
