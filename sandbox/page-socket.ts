import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { Failure } from './failure';
import { createDeviceSession } from './device-session';
import type { PageKeys } from './links';
import type { Network } from './network';
import { type PageCall, type PageFrame, pageFrame, type ServerFrame } from './protocol';
import type { Device } from './tables';

/** The one origin that a page of ours has: the library answers this address with our file. */
const pageOrigin = 'https://web.whatsapp.com';

/** Where pages connect. One socket is either a page that waits to be linked or a linked device, and becomes the other. */
export function createPageSocket(network: Network) {
  const server = new WebSocketServer({ noServer: true, maxPayload: 1 << 20 });
  /** The one live connection of each linked device. */
  const online = new Map<string, { close(frame: ServerFrame | null): void; send(frame: ServerFrame): void }>();

  function serve(socket: WebSocket): void {
    const send = (frame: ServerFrame): void => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
    };
    let hello: Extract<PageFrame, { type: 'hello' }> | null = null;
    let waiting: ReturnType<Network['links']['wait']> | null = null;
    let session: ReturnType<typeof createDeviceSession> | null = null;

    function waitForScan(keys: PageKeys, loggedOut: string | null): void {
      waiting?.stop();
      send({ type: 'unpaired', loggedOut });
      waiting = network.links.wait({
        keys,
        version: hello?.version ?? '',
        deviceName: () => (hello ? `${hello.device.name} (${hello.device.os})` : ''),
        showRef: (ref, ttlMs) => send({ type: 'ref', ref, ttlMs }),
        outOfRefs: () => send({ type: 'refsExhausted' }),
        linked: (device) => {
          waiting = null;
          send({ type: 'paired', deviceId: device.id, token: device.token });
          connect(device, true);
        },
      });
    }

    function connect(device: Device, fresh: boolean): void {
      // Two pages with one link: the newer one has it, as at WhatsApp.
      online.get(device.id)?.close({ type: 'conflict' });
      const own = {
        send,
        close(frame: ServerFrame | null): void {
          session?.stop();
          session = null;
          if (frame) send(frame);
          else socket.terminate();
        },
      };
      online.set(device.id, own);
      session = createDeviceSession({ network, device, send, fresh });
      network.bus.emit({ type: 'devices', phone: device.phone });
    }

    function greet(frame: Extract<PageFrame, { type: 'hello' }>): void {
      hello = frame;
      const credentials = frame.credentials;
      const device = credentials && network.links.authenticate(credentials.deviceId, credentials.token);
      if (device) {
        waiting?.stop();
        waiting = null;
        connect(device, false);
      } else waitForScan(frame, credentials ? 'unknown_companion' : null);
    }

    function answer(call: PageCall): unknown {
      if (call.op === 'refreshQr') return waiting?.refresh();
      if (call.op === 'pairingCode') {
        if (!waiting) throw new Failure('BAD_REQUEST', 'this page is linked already');
        return waiting.pairingCode(call.phone);
      }
      if (!session) throw new Failure('FORBIDDEN', 'this page is not linked');
      return session.answer(call);
    }

    function handle(frame: PageFrame): void {
      switch (frame.type) {
        case 'hello':
          return greet(frame);
        case 'received':
          return session?.received(frame.seq);
        case 'call':
          try {
            send({ type: 'reply', rid: frame.rid, ok: true, value: answer(frame) ?? null });
          } catch (error) {
            if (!(error instanceof Failure)) throw error;
            send({ type: 'reply', rid: frame.rid, ok: false, code: error.code, message: error.message });
          }
          return;
        default:
          frame satisfies never;
      }
    }

    const stopListening = network.bus.on((event) => {
      if (event.type !== 'unlinked' || event.deviceId !== session?.device.id) return;
      online.delete(event.deviceId);
      session.stop();
      session = null;
      send({ type: 'logout', reason: event.reason });
    });

    socket.on('message', (data) => {
      let json: unknown;
      try {
        json = JSON.parse(String(data));
      } catch {
        return socket.close(1007, 'not JSON');
      }
      const frame = pageFrame.safeParse(json);
      if (!frame.success) return socket.close(1008, 'unknown frame');
      handle(frame.data);
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      stopListening();
      waiting?.stop();
      if (!session) return;
      const { device } = session;
      session.stop();
      session = null;
      online.delete(device.id);
      network.bus.emit({ type: 'devices', phone: device.phone });
    });
  }

  return {
    /** Takes an HTTP upgrade to /page; answers false when it is not from a page of ours. */
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
      if (request.headers.origin !== pageOrigin) return false;
      server.handleUpgrade(request, socket, head, serve);
      return true;
    },
    isOnline: (deviceId: string): boolean => online.has(deviceId),
    /** Cuts the connection as a broken network does; the page comes back by itself. */
    drop(deviceId: string): boolean {
      const connection = online.get(deviceId);
      connection?.close(null);
      return online.delete(deviceId);
    },
    /** The page of this device turns in a loop and hears nothing meanwhile. */
    hang(deviceId: string, ms: number): boolean {
      online.get(deviceId)?.send({ type: 'hang', ms });
      return online.has(deviceId);
    },
    stop(): void {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}

export type PageSocket = ReturnType<typeof createPageSocket>;
