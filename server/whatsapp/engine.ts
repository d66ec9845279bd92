/**
 * The engine port: what OmniWP needs of a WhatsApp client, and nothing that names one.
 *
 * One engine object is one *generation*: it is started once, stopped once and then thrown away. It speaks through a single
 * callback, so there is one ordered stream of events and one exhaustive switch that reads it. Ids are opaque outside the
 * adapter: they are compared and handed back, never parsed.
 */

declare const brand: unique symbol;

/** Opaque id of a conversation, as the engine wants it back. */
export type ChatId = string & { readonly [brand]: 'ChatId' };

/** Opaque id of a message; unique within one own number. */
export type MessageId = string & { readonly [brand]: 'MessageId' };

export type PairingMethod = 'qr' | 'code';

export type EngineState =
  | { kind: 'starting' }
  /** `data` is the raw QR string, or the eight characters of a pairing code. Both are credentials: never logged. */
  | { kind: 'pairing'; method: PairingMethod; data: string; expiresAt: Date }
  /** The phone accepted the link; the page is loading chats. `percent` is 0..100, or null where the page does not say. */
  | { kind: 'syncing'; percent: number | null }
  /** `phone` is E.164 with `+`; `platform` what the phone is (android, iphone, …), where the page says. Said at most once per generation. */
  | { kind: 'ready'; phone: string; name: string; platform?: string | null }
  /** The link is kept but nothing gets through; the session restarts the engine. */
  | { kind: 'offline'; reason: EngineFailure }
  /** The device is unlinked; the user must pair again, in a new profile. */
  | { kind: 'logged_out'; reason: string }
  /** The engine cannot go on; the session restarts it, with backoff. */
  | { kind: 'crashed'; reason: EngineFailure };

export type EngineReady = Extract<EngineState, { kind: 'ready' }>;

/** Why an engine is offline or crashed. `detail` is for logs: no phone number, text, QR or token in it. */
export type EngineFailure = {
  code:
    | 'BROWSER_NOT_FOUND'
    | 'BROWSER_TOO_OLD'
    | 'BROWSER_DIED'
    | 'PAGE_DIED'
    | 'PAGE_UNREACHABLE'
    | 'WHATSAPP_CHANGED'
    | 'AUTH_FAILED'
    | 'CONFLICT'
    | 'CONNECTION_LOST'
    | 'READY_TIMEOUT'
    | 'PROFILE_IN_USE'
    /** The page stopped showing QR codes (it does after a few): start a new generation, or park until somebody asks. */
    | 'PAIRING_IDLE'
    /** WhatsApp's page shows a dialog that only a person can answer; the link is lost when nobody does. */
    | 'ACTION_REQUIRED'
    /** There is not enough memory, or too many processes, for one more browser: nothing was started. */
    | 'NO_MEMORY'
    /** Nothing more can be written to the profile's disk. */
    | 'DISK_FULL'
    | 'UNKNOWN';
  detail: string;
  /** With WHATSAPP_CHANGED alone. */
  page?: PageChange;
};

/**
 * What WhatsApp's page lacks: names of its modules and members, a few dozen at most, and never anything that the page shows. Empty: nobody
 * can say. `version` is the page's own; null: it did not tell.
 */
export type PageChange = { missing: string[]; version: string | null };

export type MessageKind =
  | 'text'
  | 'image'
  | 'video'
  | 'audio'
  | 'voice'
  | 'document'
  | 'sticker'
  | 'location'
  | 'contact'
  | 'poll'
  | 'call'
  /** A kind we have no name for: data, not an exception. */
  | 'unsupported';

/** `direct` is one person; the others are counted in this version, not stored. */
export type ChatKind = 'direct' | 'group' | 'channel' | 'status' | 'broadcast';

export type Ack = 'failed' | 'sent' | 'delivered' | 'read';

export type EngineMessage = {
  id: MessageId;
  /**
   * The part of the id that its sender chose: for a message of ours, what `reserveId` answered. The one thing to know a message by
   * that was sent and whose answer never came. null: the id does not show it.
   */
  token: string | null;
  chatId: ChatId;
  chatKind: ChatKind;
  /** outbound includes what the owner typed on the phone itself. */
  direction: 'inbound' | 'outbound';
  kind: MessageKind;
  /** The text, or a media's caption; '' where there is none. */
  text: string;
  /** WhatsApp's own time, second precision. */
  sentAt: Date;
  /** null on inbound messages, and on outbound ones that WhatsApp has not taken yet. */
  ack: Ack | null;
  /** The peer of a direct chat, E.164 with `+`; null for a hidden number (a @lid without a known phone) and other chat kinds. */
  phone: string | null;
  /** The name the peer gave themselves, where the page knows it. */
  pushName: string | null;
};

export type EngineChat = {
  id: ChatId;
  kind: ChatKind;
  /** As in EngineMessage. */
  phone: string | null;
  /** Saved name, else push name, else null. */
  name: string | null;
  unreadCount: number;
  lastMessageAt: Date | null;
};

export type EngineEvent =
  | { type: 'state'; state: EngineState }
  | { type: 'message'; message: EngineMessage }
  | { type: 'ack'; chatId: ChatId; messageId: MessageId; ack: Ack };

export type Outgoing = { kind: 'text'; text: string };

/** A number that WhatsApp knows: the chat to write to, and the phone as WhatsApp spells it (E.164). */
export type Resolved = { chatId: ChatId; phone: string };

export interface Engine {
  /** Starts once. Resolves when the engine is under way; progress and every failure arrive as state events, never as a rejection. */
  start(): Promise<void>;
  /** Idempotent, also while starting. Keeps credentials. When it resolves no process of this engine is left. */
  stop(): Promise<void>;
  /**
   * Idempotent. Unlinks the device at WhatsApp where the page still answers (10 s at most), then stops. The caller moves the
   * credentials away; the engine deletes nothing. `unlinked` says whether WhatsApp was told.
   */
  logout(): Promise<{ unlinked: boolean }>;
  /**
   * Resolves when WhatsApp's page took the message (it has an id and will leave). Rejects with an EngineError. With a `token` from
   * `reserveId` the message goes under it, whatever becomes of this call; the same token twice is one message.
   */
  send(chat: ChatId, content: Outgoing, options?: { token?: string | null }): Promise<EngineMessage>;
  /**
   * A token for one message that is about to be sent: write it down, then send with it. Asks nobody. null: this engine cannot
   * promise to send under a token.
   */
  reserveId?(): string | null;
  /** null: not on WhatsApp. `phone` is E.164 with `+`. */
  resolve(phone: string): Promise<Resolved | null>;
  /** Chats, most recent first. */
  chats?(limit: number): Promise<EngineChat[]>;
  /** The name under which the phone's address book has the peer of a direct chat; null: it has none. */
  savedName?(chat: ChatId): Promise<string | null>;
  /** The newest `limit` messages of a chat, oldest first; with `before`, the newest `limit` that are older than it. */
  history?(chat: ChatId, limit: number, before?: MessageId): Promise<EngineMessage[]>;
  /** Tells the peer that the chat was read (blue ticks), and clears the unread count on the phone. */
  markRead?(chat: ChatId): Promise<void>;
  /** Bytes of memory that this engine's processes hold; null: it cannot be told. */
  memory?(): Promise<number | null>;
  /** Only while pairing. The code arrives as a `pairing` state with method `code`. `phone` is E.164 with `+`. */
  pairWithCode?(phone: string): Promise<void>;
}

/**
 * What a call on an engine can fail with. `left` answers the one question that matters after a failed send:
 * `no` it certainly did not leave, `unknown` nobody can say.
 */
export class EngineError extends Error {
  override name = 'EngineError';
  constructor(
    /** UNSUPPORTED: WhatsApp's page no longer has what this call needs; the others go on. */
    readonly code: 'NOT_READY' | 'CHAT_NOT_FOUND' | 'TIMEOUT' | 'REJECTED' | 'UNSUPPORTED' | 'UNKNOWN',
    readonly left: 'no' | 'unknown',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Makes the engine of one generation. `profileDir` holds its credentials and belongs to it alone while it runs. `epoch` grows with
 * each change of hands of the session: an engine whose process slept meanwhile leaves the profile to one with a higher epoch.
 */
export type EngineFactory = (options: {
  profileDir: string;
  epoch?: number;
  onEvent: (event: EngineEvent) => void;
}) => Engine;
