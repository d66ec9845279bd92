'use client';

import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { messagesOptions } from '@/app/_lib/chat-queries';
import { type UnreadMark, unreadMark } from '@/app/_lib/thread-rows';
import { useTRPC } from '@/app/_lib/trpc';
import { useWorkspace } from '@/app/_lib/workspace';
import type { Chat } from '@/server/chats/schema';

/** How far back the first unread one is looked for before the thread opens at the oldest that is loaded. */
const MAX_PAGES_TO_UNREAD = 5;

/** The chat of a thread: from the list at once, and from the server. */
export function useChat(chatId: string) {
  const api = useTRPC();
  const queryClient = useQueryClient();
  const { live } = useWorkspace();
  return useQuery({
    ...api.chats.get.queryOptions({ chatId }),
    enabled: live,
    placeholderData: () =>
      findInLists(
        queryClient.getQueriesData<{ pages: { items: Chat[] }[] }>({ queryKey: api.chats.list.pathKey() }),
        chatId,
      ),
  });
}

function findInLists(lists: [unknown, { pages: { items: Chat[] }[] } | undefined][], chatId: string): Chat | undefined {
  for (const [, data] of lists) {
    const found = data?.pages.flatMap(({ items }) => items).find(({ id }) => id === chatId);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * What a thread shows: the stored messages, oldest first, and the unsent ones of this browser. `mark` is where the unread ones
 * began when it was opened; it stays there while one reads. `opened` is false until that place is known.
 */
export function useThread(chatId: string, chat: Chat | undefined) {
  const api = useTRPC();
  const { live, outbox } = useWorkspace();
  const query = useInfiniteQuery({ ...messagesOptions(api, chatId), enabled: live });
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = query;
  const messages = useMemo(() => data?.pages.toReversed().flatMap(({ items }) => items) ?? [], [data]);
  const entries = useSyncExternalStore(outbox.subscribe, outbox.get);
  const unsent = useMemo(() => entries.filter((entry) => entry.chatId === chatId), [entries, chatId]);

  const [opening, setOpening] = useState<{ mark: UnreadMark | null } | null>(null);
  const unread = chat?.unread;
  const pages = data?.pages.length ?? 0;
  const inbound = useMemo(() => messages.filter(({ direction }) => direction === 'inbound').length, [messages]);
  const reaches =
    unread !== undefined && (inbound >= unread || !hasNextPage || pages >= MAX_PAGES_TO_UNREAD || isError);
  const looking = opening === null && unread !== undefined && pages > 0;
  if (looking && reaches) setOpening({ mark: unreadMark(messages, unread) });
  const wantsOlder = looking && !reaches && !isFetching;
  useEffect(() => {
    if (wantsOlder) void fetchNextPage();
  }, [wantsOlder, fetchNextPage]);

  return { ...query, messages, unsent, opened: opening !== null, mark: opening?.mark ?? null };
}

export type Thread = ReturnType<typeof useThread>;
