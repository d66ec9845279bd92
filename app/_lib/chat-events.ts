import type { Chat, Message } from '@/server/chats/schema';

/**
 * How what is on screen changes when something happens: pure functions over the pages that the cache holds. Each may be applied
 * twice, and late: a status never goes back, a message is one row however often it is told.
 */
export type Page<Item> = { items: Item[]; nextCursor: string | null };
/** Chats: newest first, through all pages. */
export type ChatPages = Page<Chat>[];
/** Messages: each page oldest to newest, the first page the newest. */
export type MessagePages = Page<Message>[];
export type ChatFilter = { search?: string | undefined; unreadOnly?: boolean | undefined };

const RANK: Record<Message['status'], number> = { queued: 0, failed: 0, received: 1, sent: 1, delivered: 2, read: 3 };

/** Twilio takes a message before WhatsApp does, and may say afterwards that WhatsApp would not. */
const failsLate = (known: Message['status'], next: Message): boolean =>
  known === 'sent' && next.status === 'failed' && next.provider === 'twilio';

/** What is known of a message after `next` was told about it. A row that left keeps its highest status. */
export function mergeMessage(known: Message, next: Message): Message {
  const keeps = RANK[known.status] > RANK[next.status] && !failsLate(known.status, next);
  const { status, errorCode, errorMessage, retryable } = keeps ? known : next;
  return {
    ...next,
    status,
    errorCode,
    errorMessage,
    retryable,
    sentAt: next.sentAt ?? known.sentAt,
    deliveredAt: next.deliveredAt ?? known.deliveredAt,
    readAt: next.readAt ?? known.readAt,
  };
}

function isSame(a: Message, b: Message): boolean {
  return a.id === b.id || (a.clientKey !== null && a.clientKey === b.clientKey);
}

/** By WhatsApp's own time, which has seconds only; within one by the server's count, so that every screen agrees. */
export function byTime(a: Message, b: Message): number {
  return a.at.getTime() - b.at.getTime() || a.position - b.position;
}

/** Puts a message where it belongs, or changes it. One that is older than all that is loaded waits until somebody scrolls there. */
export function putMessage(pages: MessagePages, message: Message): MessagePages {
  const known = pages.flatMap((page) => page.items).find((item) => isSame(item, message));
  const row = known === undefined ? message : mergeMessage(known, message);
  if (known !== undefined && known.id === row.id && byTime(known, row) === 0) {
    return pages.map((page) =>
      page.items.includes(known) ? { ...page, items: page.items.map((item) => (item === known ? row : item)) } : page,
    );
  }
  const rest = pages.map((page) =>
    page.items.some((item) => isSame(item, row))
      ? { ...page, items: page.items.filter((item) => !isSame(item, row)) }
      : page,
  );
  const home = homeOf(rest, row);
  return rest.map((page, index) => (index === home ? { ...page, items: [...page.items, row].toSorted(byTime) } : page));
}

function homeOf(pages: MessagePages, message: Message): number {
  const found = pages.findIndex((page) => page.items[0] !== undefined && byTime(page.items[0], message) <= 0);
  if (found !== -1) return found;
  const last = pages.at(-1);
  return last !== undefined && last.nextCursor === null ? pages.length - 1 : -1;
}

/** Newest first; a chat without messages last. */
export function byLastMessage(a: Chat, b: Chat): number {
  return (
    (b.lastMessageAt?.getTime() ?? 0) - (a.lastMessageAt?.getTime() ?? 0) || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)
  );
}

/** As the server does it: the name, and the digits of the phone. */
export function matches(chat: Chat, { search = '', unreadOnly = false }: ChatFilter): boolean {
  if (unreadOnly && chat.unread === 0) return false;
  const wanted = search.trim().toLocaleLowerCase();
  if (wanted === '') return true;
  if ((chat.name ?? '').toLocaleLowerCase().includes(wanted)) return true;
  const digits = wanted.replace(/\D/g, '');
  return digits !== '' && (chat.phone ?? '').includes(digits);
}

/**
 * Puts a chat where its last message says. In a filtered list a chat that is there stays (it was just read: the list must not
 * move under the hand), and a new one enters only when it matches.
 */
export function putChat(pages: ChatPages, chat: Chat, filter: ChatFilter): ChatPages {
  const items = pages.flatMap((page) => page.items);
  const known = items.find((item) => item.id === chat.id);
  if (known === undefined && !matches(chat, filter)) return pages;
  const other = items[0];
  if (other !== undefined && other.ownNumber !== chat.ownNumber) return pages;
  const row = known === undefined ? chat : mergeChat(known, chat);
  const rest = pages.map((page) =>
    page.items.some((item) => item.id === row.id)
      ? { ...page, items: page.items.filter((item) => item.id !== row.id) }
      : page,
  );
  const found = rest.findIndex((page) => page.items.some((item) => byLastMessage(item, row) > 0));
  const last = rest.at(-1);
  const home = found !== -1 ? found : known !== undefined || last?.nextCursor === null ? rest.length - 1 : -1;
  return rest.map((page, index) =>
    index === home ? { ...page, items: [...page.items, row].toSorted(byLastMessage) } : page,
  );
}

function mergeChat(known: Chat, next: Chat): Chat {
  const { lastMessage } = next;
  if (lastMessage === null || known.lastMessage?.id !== lastMessage.id) return next;
  return RANK[known.lastMessage.status] > RANK[lastMessage.status]
    ? {
        ...next,
        lastMessage: { ...lastMessage, status: known.lastMessage.status, errorCode: known.lastMessage.errorCode },
      }
    : next;
}

/** The tick beside a chat's preview, when the message that it shows got a new status. */
export function touchChat(chat: Chat, message: Message): Chat {
  const { lastMessage } = chat;
  if (lastMessage === null || lastMessage.id !== message.id) return chat;
  if (RANK[lastMessage.status] > RANK[message.status] && !failsLate(lastMessage.status, message)) return chat;
  return { ...chat, lastMessage: { ...lastMessage, status: message.status, errorCode: message.errorCode } };
}

export function touchChats(pages: ChatPages, message: Message): ChatPages {
  return pages.map((page) => {
    const items = page.items.map((chat) => touchChat(chat, message));
    return items.some((chat, index) => chat !== page.items[index]) ? { ...page, items } : page;
  });
}
