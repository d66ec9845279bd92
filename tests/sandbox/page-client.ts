import { once } from 'node:events';
import WebSocket from 'ws';
import type { PageFrame, ServerFrame } from '@/sandbox/protocol';
import type { Sandbox } from '@/tests/support/sandbox';

type Frame<Type extends ServerFrame['type']> = Extract<ServerFrame, { type: Type }>;
type Credentials = { deviceId: string; token: string };

/** A page without a browser: speaks the protocol of the pages by hand. */
export async function createPageClient(sandbox: Sandbox, credentials: Credentials | null = null) {
  const socket = new WebSocket(`${sandbox.url.replace('http', 'ws')}/page`, { origin: 'https://web.whatsapp.com' });
  const frames: ServerFrame[] = [];
  socket.on('message', (data) => void frames.push(JSON.parse(String(data)) as ServerFrame));
  socket.on('error', () => undefined);
  await once(socket, 'open');
  const send = (frame: PageFrame): void => socket.send(JSON.stringify(frame));
  let rid = 0;

  /** The first frame of that type that came, or comes within ten seconds; it is taken out. */
  async function take<Type extends ServerFrame['type']>(
    type: Type,
    fits: (frame: Frame<Type>) => boolean = () => true,
  ): Promise<Frame<Type>> {
    for (const end = Date.now() + 10_000; Date.now() < end; ) {
      const index = frames.findIndex((frame) => frame.type === type && fits(frame as Frame<Type>));
      const [found] = index < 0 ? [] : frames.splice(index, 1);
      if (found) return found as Frame<Type>;
      await new Promise((done) => setTimeout(done, 5));
    }
    throw new Error(`no ${type} came; there are ${frames.map((frame) => frame.type).join(', ')}`);
  }

  send({
    type: 'hello',
    version: 'by hand',
    noisePub: 'noise',
    identityPub: 'identity',
    advSecret: 'adv',
    platform: '1',
    device: { os: 'Linux', name: 'Test' },
    credentials,
  });

  return {
    frames,
    send,
    take,
    qr: async () => `${(await take('ref')).ref},noise,identity,adv,1`,
    sendText(to: string, id: string, body: string): Promise<Frame<'reply'>> {
      const call = ++rid;
      send({ type: 'call', rid: call, op: 'send', to, id, body, messageType: 'chat', t: 1_795_000_000 });
      return take('reply', (frame) => frame.rid === call);
    },
    received: (seq: number) => send({ type: 'received', seq }),
    close: () => socket.terminate(),
    closed: () => (socket.readyState === WebSocket.CLOSED ? Promise.resolve() : once(socket, 'close')),
  };
}

/** A page that is linked to `phone`, and its credentials. */
export async function createLinkedPage(sandbox: Sandbox, phone: string) {
  const page = await createPageClient(sandbox);
  await sandbox.scan(phone, await page.qr());
  const { deviceId, token } = await page.take('paired');
  return { page, credentials: { deviceId, token } };
}
