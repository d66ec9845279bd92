import type { WireContact } from '@/sandbox/protocol';
import type { PageConfig } from '@/sandbox/page-files';
import { chatModules } from './chat-modules';
import { type Chat, createChatStore } from './chat-store';
import { Refused } from './connection';
import { groupModules } from './group-modules';
import { loadKeys } from './keys';
import { createLink, type Link } from './link';
import { createMsgKeyClass } from './msg-key';
import { createRegistry } from './registry';
import { createScreen } from './screen';
import { createSending } from './sending';
import { sessionModules } from './session-modules';
import { createSessionModels } from './session-models';
import { openStorage } from './storage';
import type { Wid } from './wid';

/** The page: reads its configuration, offers the modules, finds its link in the profile or shows a QR. */
async function start(config: PageConfig): Promise<void> {
  const { switches, version } = config;
  const screen = createScreen();
  const chromeMajor = Number(/Chrome\/(\d+)/.exec(navigator.userAgent)?.[1] ?? 0);
  if (switches.refuseHeadless && (navigator.userAgent.includes('Headless') || chromeMajor < 100)) {
    return screen.refuse();
  }

  const storage = await openStorage();
  const keys = await loadKeys(storage);
  const credentials = (await storage.get('credentials')) as { deviceId: string; token: string } | undefined;

  const registry = createRegistry(switches);
  const models = createSessionModels();
  const MsgKey = createMsgKeyClass(switches);
  const browser = { info: () => ({ os: navigator.platform.split(' ')[0] ?? '', name: 'Chrome' }) };
  const page: { link?: Link } = {};
  const connection = () => {
    if (!page.link) throw new Refused('OFFLINE', 'the page has only just begun');
    return page.link.connection;
  };

  async function loadContact(jid: string): Promise<WireContact> {
    const contact = await connection().call<WireContact | null>({ op: 'contact', jid });
    if (!contact) throw new Error(`no contact ${jid}`);
    return contact;
  }

  /** For an address without a chat: one is made, when somebody is there. */
  async function loadChat(wid: Wid): Promise<Chat> {
    const contact = await connection().call<WireContact | null>({ op: 'exists', jid: wid.toString() });
    if (!contact) throw new Error('No LID for user');
    const { id } = store.addContact(contact);
    return store.chats.get(id) ?? store.createChat(id);
  }

  const store = createChatStore({ MsgKey, loadContact, loadChat, mute: switches.muteMessages });
  const sending = createSending({ connection, store, storage, switches });

  const login = chatModules({ store, connection, sending });
  let loggedIn = false;
  page.link = createLink({
    url: config.socketUrl,
    version,
    switches,
    keys,
    credentials: credentials ?? null,
    storage,
    models,
    store,
    browserInfo: () => browser.info(),
    onLogin() {
      if (loggedIn) return;
      loggedIn = true;
      registry.register(login);
      if (switches.whatsNewMs === 0) return;
      screen.showNews(switches.whatsNewMs, switches.stubbornNews, () => {
        void connection().call({ op: 'logout', reason: 'unknown_companion' });
      });
    },
    onConnected() {
      sending.resend();
    },
  });
  screen.follow(models, version);

  const { require } = registry;
  Object.assign(window, { require, ...(switches.noDebug ? {} : { Debug: { VERSION: version } }) });
  registry.register({
    __debug: { modulesMap: registry.modulesMap },
    Bootloader: registry.bootloader,
    WAWebUpdaterVersion: { SANITIZED_VERSION_STR: version },
  });
  groupModules({ registry, connection, switches });
  // Before the socket opens: whoever waits for a state must be able to ask for it.
  const session = sessionModules({ models, keys, store, MsgKey, connection, browser });
  await registry.registerSlowly(session, 3, 150);
  if (!switches.progressiveModules) registry.register(login);
  page.link.start();
}

const config = JSON.parse(document.getElementById('sandbox-config')?.textContent ?? '{}') as PageConfig;
start(config).catch((error: unknown) => console.error(error));
