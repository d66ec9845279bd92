import type { ServerFrame } from '@/sandbox/protocol';
import type { Switches } from '@/sandbox/switches';
import type { ChatStore } from './chat-store';
import { createConnection } from './connection';
import { encodeB64, type DeviceKeys } from './keys';
import type { SessionModels } from './session-models';
import type { Storage } from './storage';
import { createWid } from './wid';

type Credentials = { deviceId: string; token: string };
type Bootstrap = Extract<ServerFrame, { type: 'bootstrap' }>;
type Mail = Extract<ServerFrame, { type: 'message' }>;

export const devicePlatform = '1';
const home = 'https://web.whatsapp.com/';
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(ready: () => boolean): Promise<void> {
  while (!ready()) await sleep(20);
}

/** The page's life with the network: unpaired and shown QR codes, linked and synced, gone and back, logged out. */
export function createLink(given: {
  url: string;
  version: string;
  switches: Switches;
  keys: DeviceKeys;
  credentials: Credentials | null;
  storage: Storage;
  models: SessionModels;
  store: ChatStore;
  browserInfo: () => { os: string; name: string };
  onLogin: () => void;
  /** Called on each connection: what was not sent yet can go. */
  onConnected: () => void;
}) {
  const { switches, models, store, storage } = given;
  const { socket, stream, conn, cmd, offline, actions } = models;
  let credentials = given.credentials;
  const restored = credentials !== null;
  let leaving = false;
  let asked = false;
  let synced = false;
  let frames: Promise<void> = Promise.resolve();
  /** Mail goes through one queue, so that its order holds whatever has to be waited for. */
  let mail: Promise<void> = Promise.resolve();

  const connection = createConnection(given.url, {
    opening() {
      if (socket.state !== 'CONFLICT') socket.set({ state: 'OPENING' });
    },
    open: hello,
    frame(frame) {
      // One after the other: the link is in the profile before the page says that it is connected.
      frames = frames.then(() => handle(frame)).catch((error: unknown) => console.error(error));
    },
    lost() {
      if (!leaving && socket.state !== 'CONFLICT') socket.set({ state: 'TIMEOUT', canSend: false });
      conn.set({ connected: false });
    },
  });

  function hello(): void {
    connection.send({
      type: 'hello',
      version: given.version,
      noisePub: encodeB64(given.keys.noise),
      identityPub: encodeB64(given.keys.identity),
      advSecret: given.keys.advSecret,
      platform: devicePlatform,
      device: given.browserInfo(),
      credentials,
    });
  }

  function progress(percent: number): void {
    offline.percent = percent;
    cmd.trigger('offline_progress_update_from_bridge', percent);
    cmd.trigger('offline_progress_update', percent);
  }

  /** `hasSynced` has an edge that somebody hears; a link that was found again may already be past it (see the switch). */
  async function sync(): Promise<void> {
    if (switches.neverSynced) return;
    if (switches.stuckSynced) return stream.set({ mode: 'MAIN' });
    if (synced) {
      if (switches.resyncOnReconnect) socket.set({ hasSynced: false });
      socket.set({ hasSynced: true });
      stream.set({ mode: 'MAIN' });
      return;
    }
    const silent = restored && switches.alreadySynced && !switches.slowReadyMs;
    if (!silent) await until(() => socket.listenerCount('change:hasSynced') > 0);
    for (const percent of [20, 40, 60, 80]) {
      if (!silent) progress(percent);
      await sleep(switches.slowReadyMs / 4);
    }
    progress(100);
    synced = true;
    stream.set({ mode: 'MAIN' });
    if (silent) socket.hasSynced = true;
    else socket.set({ hasSynced: true });
  }

  function bootstrap(frame: Bootstrap): void {
    store.me.pn = createWid(frame.me.phoneJid);
    store.me.lid = createWid(frame.me.lid);
    store.me.name = frame.me.name;
    for (const contact of frame.contacts) store.addContact(contact);
    for (const wire of frame.chats) {
      const wid = createWid(wire.jid);
      if (!store.isListed(wid)) continue;
      const chat = store.addChat(wire);
      chat.set({ unreadCount: wire.unread });
      if (wire.last) store.addMessage(wire.last, false);
    }
    conn.set({ pushname: frame.me.name, platform: 'android', connected: true });
    given.onLogin();
    stream.set({ mode: synced ? 'MAIN' : 'SYNCING', info: 'NORMAL' });
    socket.set({ state: 'CONNECTED', stream: 'CONNECTED', canSend: true });
    given.onConnected();
    void sync();
  }

  async function receive({ message, chat: wire, contact }: Mail): Promise<void> {
    if (!switches.loseEarlyMessages) await until(() => store.messages.listenerCount('add') > 0);
    if (contact) store.addContact(contact);
    const news = store.messages.listenerCount('add') > 0;
    const listed = store.isListed(createWid(wire.jid));
    const chat = listed ? store.addChat(wire) : null;
    store.addMessage(message, news);
    chat?.set({ unreadCount: wire.unread });
    connection.send({ type: 'received', seq: message.seq });
  }

  /** Wipes what is kept and starts over as an unlinked page. The library hears `logout` and looks for a navigation. */
  async function logOut(reason: string): Promise<void> {
    if (leaving) return;
    leaving = true;
    credentials = null;
    await storage.clear();
    connection.stop();
    cmd.trigger('logout', reason);
    // Whoever listens must have heard before the page goes (and a program that asked for it closes the browser meanwhile).
    // An address with a query would miss the library's interception.
    await sleep(asked ? 1500 : 300);
    location.assign(home);
  }

  async function handle(frame: Exclude<ServerFrame, { type: 'reply' }>): Promise<void> {
    switch (frame.type) {
      case 'unpaired':
        if (credentials && frame.loggedOut) {
          if (cmd.listenerCount('logout') > 0) return logOut(frame.loggedOut);
          // Nobody has seen this page linked yet: it simply starts as an unlinked one.
          credentials = null;
          await storage.remove('credentials');
        }
        stream.set({ mode: 'QR', info: 'PAIRING' });
        return;
      case 'ref':
        // The library reads the ref as soon as the state says unpaired.
        conn.set({ ref: frame.ref, refTTL: frame.ttlMs });
        socket.set({ state: 'UNPAIRED' });
        return;
      case 'refsExhausted':
        socket.set({ state: 'UNPAIRED_IDLE' });
        return;
      case 'paired':
        credentials = { deviceId: frame.deviceId, token: frame.token };
        socket.set({ state: 'PAIRING' });
        await storage.put('credentials', credentials);
        return;
      case 'bootstrap':
        return bootstrap(frame);
      case 'message':
        mail = mail.then(() => receive(frame));
        return;
      case 'ack': {
        const key = store.keyOf({ fromMe: true, chat: frame.chat, id: frame.id, author: null });
        const message = store.messages.get(key);
        if (message && message.ack < frame.ack) message.set({ ack: frame.ack });
        return;
      }
      case 'unread':
        store.chats.get(frame.chat)?.set({ unreadCount: frame.unread });
        return;
      case 'chatState':
        store.contacts.get(frame.chat)?.trigger('change:chatState', frame.state);
        return;
      case 'hang': {
        const end = Date.now() + frame.ms;
        while (Date.now() < end);
        return;
      }
      case 'conflict':
        connection.stop();
        stream.set({ mode: 'CONFLICT' });
        socket.set({ state: 'CONFLICT' });
        return;
      case 'logout':
        return logOut(frame.reason);
      default:
        frame satisfies never;
    }
  }

  actions.logout = async (reason = 'user_initiated') => {
    asked = true;
    // Without a connection the phone keeps the device in its list; the page forgets it all the same.
    await connection.call({ op: 'logout', reason }).catch(() => undefined);
    await storage.clear();
  };
  actions.reconnect = () => connection.reconnect();
  actions.takeover = () => {
    socket.set({ state: 'OPENING' });
    connection.reconnect();
  };
  actions.refreshQr = () => {
    void connection.call({ op: 'refreshQr' }).catch(() => undefined);
  };

  return { connection, start: connection.start };
}

export type Link = ReturnType<typeof createLink>;
