import { z } from 'zod';

/** What the page and the network say to each other over the WebSocket: JSON frames, one object each. */

export const messageTypes = [
  'chat',
  'image',
  'video',
  'ptt',
  'audio',
  'document',
  'sticker',
  'location',
  'vcard',
  'poll_creation',
  'call_log',
  'unknown',
] as const;
export type MessageType = (typeof messageTypes)[number];

export const chatStates = ['typing', 'recording', 'paused'] as const;
export type ChatState = (typeof chatStates)[number];

const call = <Op extends string, Args extends z.ZodRawShape>(op: Op, args: Args) =>
  z.object({ type: z.literal('call'), rid: z.int(), op: z.literal(op), ...args });
const jid = z.string().min(3).max(80);
const messageId = z.string().regex(/^[0-9A-Za-z._-]{8,64}$/);

export const pageFrame = z.union([
  z.object({
    type: z.literal('hello'),
    version: z.string(),
    /** The public halves that the QR shows; the network compares them with what the phone scanned. */
    noisePub: z.string(),
    identityPub: z.string(),
    advSecret: z.string(),
    platform: z.string(),
    device: z.object({ os: z.string(), name: z.string() }),
    credentials: z.object({ deviceId: z.string(), token: z.string() }).nullable(),
  }),
  /** The page has taken everything up to this number of its mailbox. */
  z.object({ type: z.literal('received'), seq: z.int() }),
  call('send', {
    to: jid,
    id: messageId,
    body: z.string().max(65_536),
    messageType: z.enum(messageTypes),
    t: z.int(),
  }),
  call('seen', { chat: jid }),
  call('chatState', { chat: jid, state: z.enum(chatStates) }),
  call('exists', { jid }),
  call('contact', { jid }),
  call('history', { chat: jid, before: z.int().nullable(), limit: z.int().min(1).max(500) }),
  call('message', { chat: jid, id: messageId, fromMe: z.boolean() }),
  call('pairingCode', { phone: z.string(), notify: z.boolean() }),
  call('refreshQr', {}),
  call('joinGroup', { code: z.string() }),
  call('logout', { reason: z.string() }),
]);

export type PageFrame = z.infer<typeof pageFrame>;
export type PageCall = Extract<PageFrame, { type: 'call' }>;

export type WireMessage = {
  /** Place in the account's mailbox: grows, without gaps, over all chats. */
  seq: number;
  id: string;
  fromMe: boolean;
  /** The chat as this account addresses it: …@c.us, …@lid, …@g.us, …@newsletter or status@broadcast. */
  chat: string;
  /** Who wrote it in a group or a status; null in a chat of two. */
  author: string | null;
  type: MessageType;
  body: string;
  /** Unix seconds. */
  t: number;
  /** 1 sent, 2 delivered, 3 read; as the sender sees it. */
  ack: number;
  pushName: string | null;
};

export type WireGroup = { subject: string; owner: string; createdAt: number; members: string[] };

export type WireChat = {
  jid: string;
  unread: number;
  /** Unix seconds of the newest message; 0 for an empty chat. */
  t: number;
  last: WireMessage | null;
  group: WireGroup | null;
};

export type WireContact = {
  jid: string;
  phoneJid: string | null;
  lid: string | null;
  savedName: string | null;
  pushName: string | null;
  isMe: boolean;
};

export type ServerFrame =
  | { type: 'reply'; rid: number; ok: true; value: unknown }
  | { type: 'reply'; rid: number; ok: false; code: string; message: string }
  | { type: 'unpaired'; loggedOut: string | null }
  | { type: 'ref'; ref: string; ttlMs: number }
  | { type: 'refsExhausted' }
  | { type: 'paired'; deviceId: string; token: string }
  | {
      type: 'bootstrap';
      me: { phoneJid: string; lid: string; name: string };
      chats: WireChat[];
      contacts: WireContact[];
      /** How many messages follow that came while the device was away. */
      waiting: number;
      fresh: boolean;
    }
  | { type: 'message'; message: WireMessage; chat: WireChat; contact: WireContact | null }
  | { type: 'ack'; chat: string; id: string; ack: number }
  | { type: 'unread'; chat: string; unread: number }
  | { type: 'chatState'; chat: string; state: ChatState }
  /** A fault: the page does nothing but this for so long. */
  | { type: 'hang'; ms: number }
  | { type: 'conflict' }
  | { type: 'logout'; reason: string };
