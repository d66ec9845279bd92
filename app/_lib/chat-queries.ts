import { CHATS_PER_PAGE, MESSAGES_PER_PAGE } from '@/app/_lib/chat-cache';
import type { ChatFilter } from '@/app/_lib/chat-events';
import type { useTRPC } from '@/app/_lib/trpc';

type Api = ReturnType<typeof useTRPC>;

/** On coming back to the tab everything is read again, unless so much was scrolled through that the log alone must do. */
const unlessLong = {
  refetchOnWindowFocus: ({ state }: { state: { data?: { pages: unknown[] } | undefined } }) =>
    (state.data?.pages.length ?? 0) <= 3,
};

export function chatListOptions(api: Api, { search = '', unreadOnly = false }: ChatFilter) {
  const input = { limit: CHATS_PER_PAGE, ...(search !== '' && { search }), ...(unreadOnly && { unreadOnly }) };
  return api.chats.list.infiniteQueryOptions(input, {
    getNextPageParam: ({ nextCursor }) => nextCursor,
    ...unlessLong,
  });
}

export function messagesOptions(api: Api, chatId: string) {
  return api.chats.messages.infiniteQueryOptions(
    { chatId, limit: MESSAGES_PER_PAGE },
    { getNextPageParam: ({ nextCursor }) => nextCursor, ...unlessLong },
  );
}
