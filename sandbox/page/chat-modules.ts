import type { ChatState, WireContact, WireMessage } from '@/sandbox/protocol';
import type { Chat, ChatStore, Contact } from './chat-store';
import type { Connection } from './connection';
import type { Modules } from './registry';
import type { Sending } from './sending';
import { createWid, type Wid } from './wid';

/** What a link preview and a bubble are made from: addresses in a text. */
function findLinks(text: unknown): { href: string; value: string; suspiciousCharacters: null }[] {
  const found = typeof text === 'string' ? text.match(/https?:\/\/[^\s]+/g) : null;
  return (found ?? []).map((href) => ({ href, value: href, suspiciousCharacters: null }));
}

/** What the library needs of a linked page: messages in and out, numbers, chats and contacts. */
export function chatModules(given: { store: ChatStore; connection: () => Connection; sending: Sending }): Modules {
  const { store, connection, sending } = given;

  async function lookUp(wid: Wid): Promise<WireContact | null> {
    const contact = await connection().call<WireContact | null>({ op: 'exists', jid: wid.toString() });
    if (contact) store.addContact(contact);
    return contact;
  }

  async function queryWidExists(wid: Wid) {
    const contact = await lookUp(wid);
    if (!contact) return null;
    return { wid: createWid(contact.jid), lid: contact.lid && createWid(contact.lid), biz: false, bizInfo: undefined };
  }

  async function loadEarlierMsgs(given: Chat | { chat: Chat }) {
    const chat = 'chat' in given ? given.chat : given;
    const [oldest] = chat.msgs.getModelsArray();
    const before = oldest ? await seqOf(chat, oldest.id.id, oldest.id.fromMe) : null;
    const older = await connection().call<WireMessage[]>({
      op: 'history',
      chat: chat.id.toString(),
      before,
      limit: 50,
    });
    return older.map((wire) => store.addMessage(wire, false));
  }

  async function fetchWire(chat: Wid, id: string, fromMe: boolean): Promise<WireMessage | null> {
    return connection().call<WireMessage | null>({ op: 'message', chat: chat.toString(), id, fromMe });
  }

  async function seqOf(chat: Chat, id: string, fromMe: boolean): Promise<number | null> {
    return (await fetchWire(chat.id, id, fromMe))?.seq ?? null;
  }

  async function getMessagesById(ids: string[]) {
    const messages = [];
    for (const text of ids) {
      const known = store.messages.get(text);
      const [fromMe, chat, id] = text.split('_');
      const wire = known || !chat || !id ? null : await fetchWire(createWid(chat), id, fromMe === 'true');
      const message = known ?? (wire && store.addMessage(wire, false));
      if (message) messages.push(message);
    }
    return { messages };
  }

  async function sendChatState(chat: Wid, state: ChatState): Promise<void> {
    await connection().call({ op: 'chatState', chat: chat.toString(), state });
  }

  function alternateWid(wid: Wid): Wid | undefined {
    const contact = store.contacts.getModelsArray().find((other) => other.id.equals(wid) || lidOf(other)?.equals(wid));
    return wid.isLid() ? contact?.phoneNumber : contact && lidOf(contact);
  }
  const lidOf = (contact: Contact): Wid | undefined => Reflect.get(contact, 'lid') as Wid | undefined;

  Object.assign(store.messages, { getMessagesById });

  return {
    WALinkify: { findLinks, findLink: (text: unknown) => findLinks(text)[0] },
    WAWebChatGetters: {
      getIsNewsletter: (chat: Chat) => chat.id.isNewsletter(),
      getIsBroadcast: (chat: Chat) => chat.id.isBroadcast(),
      getIsGroup: (chat: Chat) => chat.id.isGroup(),
    },
    WAWebGetEphemeralFieldsMsgActionsUtils: { getEphemeralFields: () => ({}) },
    WAWebSendMsgChatAction: { addAndSendMsgToChat: sending.addAndSendMsgToChat },
    WAWebUpdateUnreadChatAction: {
      async sendSeen({ chat }: { chat: Chat; threadId?: unknown }) {
        await connection().call({ op: 'seen', chat: chat.id.toString() });
        chat.set({ unreadCount: 0 });
      },
    },
    WAWebFindChatAction: {
      async findOrCreateLatestChat(wid: Wid) {
        return { chat: await store.chats.find(wid), created: false };
      },
    },
    WAWebChatStateBridge: {
      sendChatStateComposing: (chat: Wid) => sendChatState(chat, 'typing'),
      sendChatStateRecording: (chat: Wid) => sendChatState(chat, 'recording'),
      sendChatStatePaused: (chat: Wid) => sendChatState(chat, 'paused'),
    },
    WAWebPresenceChatAction: {
      sendPresenceAvailable: async () => undefined,
      sendPresenceUnavailable: async () => undefined,
    },
    WAWebQueryExistsJob: { queryWidExists },
    WAWebChatLoadMessages: { loadEarlierMsgs },
    WAWebApiContact: {
      getAlternateUserWid: alternateWid,
      getCurrentLid: (wid: Wid) => (wid.isLid() ? wid : alternateWid(wid)),
      getPhoneNumber: (wid: Wid) => (wid.isLid() ? alternateWid(wid) : wid),
    },
    WAWebLidMigrationUtils: { toPn: (wid: Wid) => (wid.isLid() ? alternateWid(wid) : wid) },
    WAWebContactGetters: {
      getIsMe: (contact: Contact) => contact.isMe,
      getIsUser: (contact: Contact) => contact.id.isUser(),
      getIsGroup: (contact: Contact) => contact.id.isGroup(),
      getIsWAContact: () => true,
      getUserid: (contact: Contact) => contact.id.user,
      getVerifiedName: () => undefined,
      getVerifiedLevel: () => undefined,
      getStatusMute: () => false,
      getName: (contact: Contact) => contact.name,
      getShortName: (contact: Contact) => contact.shortName,
      getPushname: (contact: Contact) => contact.pushname,
      getIsEnterprise: () => false,
    },
    WAWebFrontendContactGetters: { getIsMyContact: (contact: Contact) => contact.isMyContact },
    WAWebContactProfilePicThumbBridge: { requestProfilePicFromServer: async () => undefined },
    WAWebAddonReactionTableMode: { reactionTableMode: { bulkUpsert: async () => undefined } },
    WAWebAddonPollVoteTableMode: { pollVoteTableMode: { bulkUpsert: async () => undefined } },
    WAWebPhoneUtils: { formattedPhoneNumber: (id: string) => `+${id.replace(/@.*$/, '')}` },
  };
}
