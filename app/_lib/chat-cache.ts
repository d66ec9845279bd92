import type { InfiniteData, Query, QueryClient, QueryKey } from '@tanstack/react-query';
import { z } from 'zod';
import {
  type ChatFilter,
  type ChatPages,
  type MessagePages,
  type Page,
  putChat,
  putMessage,
  touchChat,
  touchChats,
} from '@/app/_lib/chat-events';
import type { useTRPC } from '@/app/_lib/trpc';
import { type Chat, chatInput, type Message } from '@/server/chats/schema';
import type { EventBody } from '@/server/events/schema';

export const CHATS_PER_PAGE = 40;
export const MESSAGES_PER_PAGE = 40;

type Api = ReturnType<typeof useTRPC>;
type Pages<Item> = InfiniteData<Page<Item>, unknown>;

const keyOf = <Input extends z.ZodType>(input: Input) => z.tuple([z.unknown(), z.object({ input })]);
const listKey = keyOf(z.object({ search: z.string().optional(), unreadOnly: z.boolean().optional() }));
const chatKey = keyOf(chatInput);

/** The one place where events and answers change what the cache of chats and messages holds. */
export function createChatCache(queryClient: QueryClient, api: Api) {
  const listPath = api.chats.list.pathKey();
  const messagesPath = api.chats.messages.pathKey();
  const all = (queryKey: QueryKey): Query[] => queryClient.getQueryCache().findAll({ queryKey });

  function changeLists(change: (pages: ChatPages, filter: ChatFilter) => ChatPages) {
    for (const { queryKey } of all(listPath)) {
      const filter = listKey.safeParse(queryKey).data?.[1].input ?? {};
      queryClient.setQueryData<Pages<Chat>>(queryKey, (data) => data && { ...data, pages: change(data.pages, filter) });
    }
  }

  function changeMessages(chatId: string, change: (pages: MessagePages) => MessagePages) {
    for (const { queryKey } of all(messagesPath)) {
      if (chatKey.safeParse(queryKey).data?.[1].input.chatId !== chatId) continue;
      queryClient.setQueryData<Pages<Message>>(queryKey, (data) => data && { ...data, pages: change(data.pages) });
    }
  }

  function chat(next: Chat) {
    changeLists((pages, filter) => putChat(pages, next, filter));
    queryClient.setQueryData(api.chats.get.queryKey({ chatId: next.id }), next);
  }

  function message(next: Message) {
    // an e-mail, or a message to somebody without a chat: no conversation shows it
    if (next.chatId === null) return;
    changeMessages(next.chatId, (pages) => putMessage(pages, next));
    changeLists((pages) => touchChats(pages, next));
    queryClient.setQueryData(
      api.chats.get.queryKey({ chatId: next.chatId }),
      (known) => known && touchChat(known, next),
    );
  }

  function event(body: EventBody) {
    switch (body.type) {
      case 'message.received':
      case 'message.created':
        message(body.message);
        return body.chat === null ? undefined : chat(body.chat);
      case 'message.updated':
        return message(body.message);
      case 'chat.updated':
        return chat(body.chat);
      case 'history.synced':
        void queryClient.invalidateQueries({ queryKey: listPath });
        void queryClient.invalidateQueries({ queryKey: messagesPath });
        return;
      case 'chat.joined':
        void queryClient.invalidateQueries({ queryKey: listPath });
        void queryClient.invalidateQueries({ queryKey: messagesPath });
        return chat(body.chat);
      case 'client.created':
      case 'client.updated':
      case 'client.deleted':
      case 'order.created':
      case 'order.updated':
      case 'order.deleted':
        // no page shows them from this cache
        return;
      case 'history.recovered':
      case 'session.changed':
      case 'session.quarantined':
        // The status tells them, and has a subscription of its own.
        return;
      default:
        return body satisfies never;
    }
  }

  /** Begins the list of unread chats anew: those that were read since stay in it while one works, not when one comes back. */
  function dropRead() {
    changeLists((pages, { unreadOnly }) =>
      unreadOnly ? pages.map((page) => ({ ...page, items: page.items.filter(({ unread }) => unread > 0) })) : pages,
    );
  }

  return { chat, message, event, dropRead };
}

export type ChatCache = ReturnType<typeof createChatCache>;
