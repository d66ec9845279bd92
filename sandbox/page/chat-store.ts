import type { WireChat, WireContact, WireMessage } from '@/sandbox/protocol';
import { type Collection, createCollection } from './collection';
import { createModel, type Model } from './model';
import type { MsgKey, MsgKeyClass } from './msg-key';
import { createWid, type Wid } from './wid';

export type Msg = Model<{
  id: MsgKey;
  body: string | undefined;
  type: string;
  t: number;
  ack: number;
  from: Wid;
  to: Wid;
  self: 'in' | 'out';
  isNewMsg: boolean;
}>;
export type GroupMetadata = Model<{
  id: Wid;
  owner: Wid;
  creation: number;
  subject: string;
  desc: string;
  announce: boolean;
  isLidAddressingMode: boolean;
  participants: { id: Wid; isAdmin: boolean; isSuperAdmin: boolean }[];
}>;
export type Contact = Model<{
  id: Wid;
  name: string | undefined;
  shortName: string | undefined;
  pushname: string | undefined;
  formattedName: string;
  phoneNumber: Wid | undefined;
  isMe: boolean;
  isMyContact: boolean;
}>;
export type Chat = Model<{
  id: Wid;
  name: string | undefined;
  formattedTitle: string;
  t: number;
  unreadCount: number;
  archive: boolean;
  pin: number;
  lastReceivedKey: MsgKey | undefined;
  msgs: Collection<Msg>;
  groupMetadata: GroupMetadata | undefined;
}>;

const mediaOf: Record<string, { mimetype: string; duration?: string; filename?: string }> = {
  image: { mimetype: 'image/jpeg' },
  video: { mimetype: 'video/mp4' },
  ptt: { mimetype: 'audio/ogg; codecs=opus', duration: '4' },
  audio: { mimetype: 'audio/mpeg', duration: '12' },
  document: { mimetype: 'application/pdf', filename: 'documento.pdf' },
  sticker: { mimetype: 'image/webp' },
};

/** `+54 9 11 …` is more than the library looks at: digits behind a plus are enough of a title. */
const phoneTitle = (wid: Wid): string => (wid.isLid() ? wid._serialized : `+${wid.user}`);

/** Turns what the network says into models in the collections that the library listens to. */
export function createChatStore(given: {
  MsgKey: MsgKeyClass;
  loadContact: (id: string) => Promise<WireContact>;
  loadChat: (wid: Wid) => Promise<Chat>;
  /** See the switch. */
  mute: boolean;
}) {
  const { MsgKey } = given;
  const me: { pn: Wid | undefined; lid: Wid | undefined; name: string } = { pn: undefined, lid: undefined, name: '' };
  const byTime = (a: { t: number }, b: { t: number }): number => a.t - b.t;

  const messages = createCollection<Msg>();
  const contacts = createCollection<Contact>({
    load: async (id) => contactFrom(await given.loadContact(id.toString())),
  });
  const chats = createCollection<Chat>({
    load: (id) => given.loadChat(createWid(id.toString())),
    compare: (a, b) => b.t - a.t,
  });
  const groups = createCollection<GroupMetadata>();

  function contactFrom(wire: WireContact): Contact {
    const id = createWid(wire.jid);
    return createModel({
      id,
      type: 'in',
      name: wire.savedName ?? undefined,
      shortName: wire.savedName?.split(' ')[0],
      pushname: wire.pushName ?? undefined,
      formattedName: wire.savedName ?? wire.pushName ?? phoneTitle(id),
      phoneNumber: wire.phoneJid === null ? undefined : createWid(wire.phoneJid),
      lid: wire.lid === null ? undefined : createWid(wire.lid),
      isMe: wire.isMe,
      isMyContact: wire.savedName !== null,
      isContactBlocked: false,
      isBusiness: false,
      isEnterprise: false,
      statusMute: false,
      verifiedLevel: undefined,
      verifiedName: undefined,
      labels: [],
    });
  }

  function addContact(wire: WireContact): Contact {
    const known = contacts.get(wire.jid);
    if (!known) return contacts.add(contactFrom(wire));
    const { name, pushname, formattedName, isMyContact } = contactFrom(wire);
    known.set({ name, pushname, formattedName, isMyContact });
    return known;
  }

  function createMsg(attributes: Record<string, unknown>): Msg {
    const base = {
      viewed: false,
      star: false,
      broadcast: false,
      isForwarded: false,
      isNotification: false,
      isEphemeral: undefined,
      isStatusV3: false,
      hasReaction: false,
      kicNotified: false,
      mentionedJidList: [],
      ...attributes,
    };
    return createModel(base) as unknown as Msg;
  }

  function keyOf(wire: Pick<WireMessage, 'id' | 'fromMe' | 'chat' | 'author'>): MsgKey {
    return new MsgKey({
      fromMe: wire.fromMe,
      remote: createWid(wire.chat),
      id: wire.id,
      ...(wire.author === null ? {} : { participant: createWid(wire.author) }),
    });
  }

  function messageFrom(wire: WireMessage, isNewMsg: boolean): Msg {
    const remote = createWid(wire.chat);
    const own = remote.isLid() ? me.lid : me.pn;
    const media = mediaOf[wire.type];
    return createMsg({
      id: keyOf(wire),
      type: wire.type,
      body: media ? '' : wire.body,
      ...(media && { caption: wire.body, directPath: `/v/t62.7118-24/${wire.id}`, mediaKey: wire.id, size: 1024 }),
      ...media,
      ...(media && { mediaObject: {}, mediaData: { mediaStage: 'NEED_POKE' } }),
      ...(wire.type === 'location' && { lat: -34.6037, lng: -58.3816, loc: wire.body }),
      t: wire.t,
      ack: wire.ack,
      from: wire.fromMe ? own : remote,
      to: wire.fromMe ? remote : own,
      ...(wire.author !== null && { author: createWid(wire.author) }),
      self: wire.fromMe ? 'out' : 'in',
      notifyName: wire.fromMe ? undefined : (wire.pushName ?? undefined),
      isStatusV3: remote.isStatus(),
      isNewMsg,
    });
  }

  function groupFrom(wid: Wid, group: NonNullable<WireChat['group']>): GroupMetadata {
    return createModel({
      id: wid,
      owner: createWid(group.owner),
      creation: group.createdAt,
      subject: group.subject,
      desc: '',
      announce: false,
      isLidAddressingMode: false,
      participants: group.members.map((member) => ({
        id: createWid(member),
        isAdmin: member === group.owner,
        isSuperAdmin: member === group.owner,
      })),
    });
  }

  /** A chat without messages, as the page makes one for a number that nobody has written to. */
  function createChat(wid: Wid, wire?: WireChat): Chat {
    const contact = contacts.get(wid);
    const groupMetadata = wire?.group ? groups.add(groupFrom(wid, wire.group)) : undefined;
    const name = groupMetadata?.subject ?? contact?.name;
    return createModel(
      {
        id: wid,
        name,
        formattedTitle: name ?? (wid.isLid() ? (contact?.pushname ?? phoneTitle(wid)) : phoneTitle(wid)),
        t: wire?.t ?? 0,
        unreadCount: wire?.unread ?? 0,
        archive: false,
        pin: 0,
        isReadOnly: false,
        isLocked: false,
        muteExpiration: 0,
        mute: createModel({ expiration: 0, isMuted: false }),
        lastReceivedKey: undefined as MsgKey | undefined,
        msgs: createCollection<Msg>({ repeats: false, compare: byTime }),
        groupMetadata,
      },
      { contact },
    );
  }

  function addChat(wire: WireChat): Chat {
    const wid = createWid(wire.jid);
    return chats.get(wid) ?? chats.add(createChat(wid, wire));
  }

  function isListed(wid: Wid): boolean {
    return !wid.isBroadcast() && !wid.isNewsletter();
  }

  /** A message into `Msg` and into its chat. `isNewMsg` is what makes the library tell of it. */
  function addMessage(wire: WireMessage, isNewMsg: boolean): Msg {
    const key = keyOf(wire);
    const known = messages.get(key);
    if (known) {
      if (known.ack < wire.ack) known.set({ ack: wire.ack });
      return known;
    }
    const message = messageFrom(wire, isNewMsg);
    const chat = isListed(message.id.remote) ? chats.get(message.id.remote) : undefined;
    chat?.msgs.add(message);
    if (chat && message.t >= chat.t) chat.set({ t: message.t, lastReceivedKey: message.id });
    return messages.add(message, { silent: given.mute || !isNewMsg });
  }

  function clear(): void {
    for (const collection of [messages, contacts, chats, groups]) collection.reset();
    me.pn = undefined;
    me.lid = undefined;
  }

  return {
    me,
    messages,
    contacts,
    chats,
    groups,
    addContact,
    addChat,
    addMessage,
    createChat,
    createMsg,
    keyOf,
    isListed,
    clear,
  };
}

export type ChatStore = ReturnType<typeof createChatStore>;
