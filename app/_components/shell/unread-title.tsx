'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { usePathname } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useEffect } from 'react';
import { chatListOptions } from '@/app/_lib/chat-queries';
import { useTRPC } from '@/app/_lib/trpc';
import { useWorkspace } from '@/app/_lib/workspace';

/** Unread messages in all chats, as far as the first page of unread ones reaches. */
export function useUnreadTotal(): number {
  const api = useTRPC();
  const { live } = useWorkspace();
  const unread = useInfiniteQuery({ ...chatListOptions(api, { unreadOnly: true }), enabled: live });
  const chats = unread.data?.pages.flatMap(({ items }) => items) ?? [];
  return chats.reduce((total, chat) => total + chat.unread, 0);
}

/** «(3) OmniWP» in the tab. */
export function UnreadTitle() {
  const t = useTranslations();
  const pathname = usePathname();
  const count = useUnreadTotal();
  const name = t('app.name');
  const title = count > 0 ? t('chat.unreadTitle', { count, name }) : name;
  // A new page writes its own title, so it is written again after it
  useEffect(() => {
    document.title = title;
  }, [title, pathname]);
  useEffect(() => {
    // On the icon of an installed app, where there is one.
    navigator.setAppBadge?.(count).catch(() => {});
  }, [count]);
  return null;
}
