import type { Accounts } from './accounts';
import { Failure } from './failure';
import type { WireChat, WireMessage } from './protocol';
import type { Account, Message, Tables } from './tables';

/** Where a message goes: a phone (E.164), or the address of a group, of a channel, or of all who see one's status. */
export const statusJid = 'status@broadcast';

/** One account's own view: everything it sent or got, numbered, and the same by chat. */
type Mailbox = { messages: Message[]; chats: Map<string, number[]> };

/** The chat of `message` in `phone`'s list: the other phone, or the group's address. */
export function chatKeyOf(message: Message, phone: string): string {
  if (!message.to.startsWith('+')) return message.to;
  return message.from === phone ? message.to : message.from;
}

export function createMailboxes(tables: Tables, accounts: Accounts) {
  const boxes = new Map<string, Mailbox>();

  function box(phone: string): Mailbox {
    let found = boxes.get(phone);
    if (!found) {
      found = { messages: [], chats: new Map() };
      boxes.set(phone, found);
    }
    return found;
  }

  function file(phone: string, message: Message): number {
    const { messages, chats } = box(phone);
    const seq = messages.push(message);
    const key = chatKeyOf(message, phone);
    const seqs = chats.get(key);
    if (seqs) seqs.push(seq);
    else chats.set(key, [seq]);
    return seq;
  }

  for (const { phone, message } of tables.mail.values()) {
    const found = tables.messages.get(message);
    if (found) file(phone, found);
  }

  /** Puts a message at the end of an account's mailbox; returns its number there, from 1. */
  function add(phone: string, key: string, message: Message): number {
    const seq = file(phone, message);
    tables.put('mail', `${phone} ${seq}`, { phone, seq, message: key });
    return seq;
  }

  const lastSeq = (phone: string): number => box(phone).messages.length;
  const at = (phone: string, seq: number): Message | null => box(phone).messages[seq - 1] ?? null;
  const seqsOf = (phone: string, chat: string): readonly number[] => box(phone).chats.get(chat) ?? [];
  const unread = (phone: string, chat: string): number => tables.unread.get(`${phone} ${chat}`)?.count ?? 0;

  function jidOfChat(chat: string, viewer: Account): string {
    return chat.startsWith('+') ? accounts.jidFor(accounts.get(chat), viewer) : chat;
  }

  /** The reverse of jidOfChat. Throws NO_SUCH_CHAT for an address that nobody has. */
  function chatOfJid(jid: string): string {
    if (tables.groups.has(jid) || jid === statusJid || jid.endsWith('@newsletter')) return jid;
    const account = accounts.findByJid(jid);
    if (!account) throw new Failure('NO_SUCH_CHAT', `nobody on this network has the address ${jid}`);
    return account.phone;
  }

  function wire(viewer: Account, seq: number): WireMessage | null {
    const message = at(viewer.phone, seq);
    if (!message) return null;
    const chat = chatKeyOf(message, viewer.phone);
    const sender = accounts.get(message.from);
    return {
      seq,
      id: message.id,
      fromMe: message.from === viewer.phone && !message.to.endsWith('@newsletter'),
      chat: jidOfChat(chat, viewer),
      author: chat.startsWith('+') || chat.endsWith('@newsletter') ? null : accounts.jidFor(sender, viewer),
      type: message.type,
      body: message.body,
      t: message.t,
      ack: message.ack,
      pushName: sender.name,
    };
  }

  /** A chat as it was when the mailbox ended at `upTo`; null when it did not exist yet. */
  function wireChat(viewer: Account, chat: string, upTo: number): WireChat | null {
    const seqs = seqsOf(viewer.phone, chat);
    // Searched from the end: `upTo` is nearly always one of the newest.
    const lastIndex = seqs.findLastIndex((seq) => seq <= upTo);
    const lastSeq = seqs[lastIndex];
    const group = tables.groups.get(chat) ?? null;
    if (lastSeq === undefined && !group) return null;
    const later = seqs.slice(lastIndex + 1).filter((seq) => at(viewer.phone, seq)?.from !== viewer.phone).length;
    const last = lastSeq === undefined ? null : wire(viewer, lastSeq);
    return {
      jid: jidOfChat(chat, viewer),
      unread: Math.max(0, unread(viewer.phone, chat) - later),
      t: last?.t ?? group?.createdAt ?? 0,
      last,
      group: group && {
        subject: group.subject,
        owner: accounts.jidFor(accounts.get(group.owner), viewer),
        createdAt: group.createdAt,
        members: group.members.map((member) => accounts.jidFor(accounts.get(member), viewer)),
      },
    };
  }

  /** Newest chat first. */
  function wireChats(viewer: Account, upTo: number): WireChat[] {
    const keys = new Set(box(viewer.phone).chats.keys());
    for (const group of tables.groups.values()) if (group.members.includes(viewer.phone)) keys.add(group.id);
    return [...keys].flatMap((chat) => wireChat(viewer, chat, upTo) ?? []).sort((a, b) => b.t - a.t);
  }

  /** The newest `limit` messages before number `before`, oldest first. */
  function history(viewer: Account, chat: string, before: number | null, limit: number): WireMessage[] {
    const seqs = seqsOf(viewer.phone, chat);
    const end = before === null ? seqs.length : seqs.findLastIndex((seq) => seq < before) + 1;
    return seqs.slice(Math.max(0, end - limit), end).flatMap((seq) => wire(viewer, seq) ?? []);
  }

  return { add, lastSeq, at, seqsOf, unread, jidOfChat, chatOfJid, wire, wireChat, wireChats, history };
}

export type Mailboxes = ReturnType<typeof createMailboxes>;
