/**
 * A page that offers the modules which whatsapp-web.js itself asks for, and nothing else: no `__debug`, Stream, Bootloader or version, no
 * level of `hasSynced`, chats that cannot be listed. It links itself after half a second, says "synced" once there is a listener, hears
 * one message, and takes what is sent. Others may drive the engine with pages as plain as this.
 */
export const barePage = `<!doctype html><title>WhatsApp</title><script>
(() => {
  const events = (target) => {
    const listeners = {};
    return Object.assign(target, {
      on(names, listener) { for (const name of names.split(' ')) (listeners[name] ??= []).push(listener); },
      off(name, listener) { listeners[name] = (listeners[name] ?? []).filter((other) => other !== listener); },
      once(name, listener) { this.on(name, listener); },
      trigger(name, ...args) { for (const listener of listeners[name] ?? []) listener(...args); },
      hears: (name) => (listeners[name] ?? []).length > 0,
    });
  };
  const wid = (text) => {
    const [user, server] = text.split('@');
    return {
      user, server, _serialized: text, toString: () => text, toJid: () => text,
      isLid: () => server === 'lid', isGroup: () => server === 'g.us', isUser: () => true, isStatus: () => false,
    };
  };
  class MsgKey {
    constructor({ to, remote, id, fromMe = true }) {
      const chat = remote ?? to;
      Object.assign(this, { fromMe, remote: chat, id, _serialized: fromMe + '_' + chat + '_' + id });
    }
    toString() { return this._serialized; }
    static async newId() { return '3EB0' + crypto.randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase(); }
  }
  const me = wid('34600111222@c.us');
  const again = performance.getEntriesByType('navigation')[0].type === 'reload';
  const socket = events({ state: again ? 'CONNECTED' : 'UNPAIRED' });
  const conn = events({ ref: 'bare-ref', serialize: () => ({ pushname: 'Bare', platform: 'android' }) });
  const chats = new Map();
  const messages = new Map();
  const Msg = events({ get: (id) => messages.get(String(id)) });
  const Chat = events({ get: (id) => chats.get(String(id)) });
  const model = (fields) => ({ ...fields, serialize: () => ({ ...fields }) });
  const add = (fields) => {
    const message = model(fields);
    messages.set(String(fields.id), message);
    Msg.trigger('add', message);
    return message;
  };
  const chatOf = (id) => {
    if (!chats.has(String(id))) chats.set(String(id), { id: wid(String(id)), toJSON: () => ({}) });
    return chats.get(String(id));
  };
  const pair = { pubKey: new Uint8Array(32) };
  const modules = {
    WAWebSocketModel: { Socket: socket },
    WAWebCmd: { Cmd: events({}) },
    WAWebConnModel: { Conn: conn },
    WAWebOfflineHandler: { OfflineMessageHandler: { getOfflineDeliveryProgress: () => 100 } },
    WAWebAltDeviceLinkingApi: {},
    WABase64: { encodeB64: () => 'AAAA' },
    WAWebCompanionRegClientUtils: { DEVICE_PLATFORM: '1' },
    WAWebAdvSignatureApi: {},
    WAWebUserPrefsInfoStore: { waNoiseInfo: { get: async () => ({ staticKeyPair: pair }) } },
    WAWebSignalStoreApi: { waSignalStore: { getRegistrationInfo: async () => ({ identityKeyPair: pair }) } },
    WAWebUserPrefsMultiDevice: { getADVSecretKey: () => 'secret' },
    WAWebUserPrefsMeUser: { getMaybeMePnUser: () => me, getMaybeMeLidUser: () => undefined },
    WAWebCollections: { Msg, Chat },
    WAWebSyncGatingUtils: {},
    WAWebCallCollection: {},
    WAWebAddonReactionTableMode: { reactionTableMode: { bulkUpsert: async () => {} } },
    WAWebAddonPollVoteTableMode: { pollVoteTableMode: { bulkUpsert: async () => {} } },
    WALinkify: { findLinks: () => [], findLink: () => undefined },
    WAWebWidFactory: { createWid: wid },
    WAWebChatGetters: { getIsNewsletter: () => false, getIsBroadcast: () => false },
    WAWebGetEphemeralFieldsMsgActionsUtils: { getEphemeralFields: () => ({}) },
    WAWebMsgKey: MsgKey,
    WAWebFindChatAction: { findOrCreateLatestChat: async (id) => ({ chat: chatOf(id) }) },
    WAWebSendMsgChatAction: {
      addAndSendMsgToChat: (chat, message) => {
        const added = add(message);
        if (message.body === 'reload') setTimeout(() => location.reload(), 200);
        setTimeout(() => {
          added.ack = 1;
          Msg.trigger('change:ack', model({ ...message, ack: 1 }), 1);
        }, 20);
        return [Promise.resolve(added), Promise.resolve({ messageSendResult: 'OK' })];
      },
    },
    WAWebQueryExistsJob: { queryWidExists: async (id) => ({ wid: id }) },
  };
  window.require = (name) => {
    if (!(name in modules)) throw new Error('Requiring unknown module "' + name + '"');
    return modules[name];
  };
  const after = async (fact, then) => {
    while (!fact()) await new Promise((done) => setTimeout(done, 20));
    then();
  };
  setTimeout(() => after(() => socket.hears('change:hasSynced'), () => {
    socket.state = 'CONNECTED';
    socket.trigger('change:state', socket, 'CONNECTED');
    socket.trigger('change:hasSynced');
  }), 500);
  after(() => Msg.hears('add'), () => setTimeout(() => add({
    id: new MsgKey({ remote: wid('34700111222@c.us'), id: again ? 'AGAIN' : 'FIRST', fromMe: false }),
    type: 'chat', body: again ? 'otra vez' : 'hola', t: Math.floor(Date.now() / 1000), isNewMsg: true,
    from: wid('34700111222@c.us'), to: me, notifyName: 'Ana',
  }), 100));
})();
</script>`;
