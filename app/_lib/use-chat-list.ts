'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { ChatFilter } from '@/app/_lib/chat-events';
import { chatListOptions } from '@/app/_lib/chat-queries';
import { useTRPC } from '@/app/_lib/trpc';
import { useWorkspace } from '@/app/_lib/workspace';

const TYPING_MS = 200;

/** `value` once it has stood still for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), TYPING_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return value === '' ? '' : settled;
}

/** The conversations that a filter lets through, page by page. */
export function useChatList({ search = '', unreadOnly = false }: ChatFilter) {
  const api = useTRPC();
  const { live } = useWorkspace();
  const query = useInfiniteQuery({
    ...chatListOptions(api, { search: useSettled(search.trim()), unreadOnly }),
    enabled: live,
    placeholderData: keepPreviousData,
  });
  const chats = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  return { ...query, chats };
}

export type ChatList = ReturnType<typeof useChatList>;
