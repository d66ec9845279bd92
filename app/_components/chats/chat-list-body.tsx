'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { useTranslations } from 'next-intl';
import { useEffect, useRef } from 'react';
import { ChatListEmpty } from '@/app/_components/chats/chat-list-empty';
import { ChatRow, ROW_HEIGHT } from '@/app/_components/chats/chat-row';
import { PageFailure } from '@/app/_components/shell/page-failure';
import { Skeleton } from '@/app/_components/ui/skeleton';
import type { ChatList } from '@/app/_lib/use-chat-list';
import { useNow } from '@/app/_lib/use-now';

type ChatListBodyProps = {
  list: ChatList;
  openId: string | null;
  search: string;
  unreadOnly: boolean;
  onStart: (phone?: string) => void;
};

export function ChatListBody({ list, openId, search, unreadOnly, onStart }: ChatListBodyProps) {
  const t = useTranslations('chat.list');
  if (list.isPending) return <ListSkeleton />;
  if (list.isError && list.chats.length === 0) {
    return (
      <PageFailure error={list.error} title={t('failed')} onRetry={() => void list.refetch()} className="flex-1" />
    );
  }
  if (list.chats.length === 0) return <ChatListEmpty search={search} unreadOnly={unreadOnly} onStart={onStart} />;
  return <Rows list={list} openId={openId} />;
}

function Rows({ list, openId }: { list: ChatList; openId: string | null }) {
  const { chats, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow(60_000);
  // oxlint-disable-next-line react/incompatible-library -- read in render on purpose; nothing here is compiled
  const virtualizer = useVirtualizer({
    count: chats.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => chats[index]?.id ?? index,
    overscan: 6,
    gap: 2,
    paddingEnd: 12,
  });
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError && last >= chats.length - 8) void fetchNextPage();
  }, [last, chats.length, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);

  const openIndex = chats.findIndex(({ id }) => id === openId);
  useEffect(() => {
    if (openIndex !== -1) virtualizer.scrollToIndex(openIndex, { align: 'auto' });
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- when another chat is opened, or comes into the list; not when the list moves
  }, [openId, openIndex !== -1]);

  return (
    <div ref={scroller} className="scroll-thin min-h-0 flex-1 overflow-y-auto overscroll-contain">
      <ul className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {rows.map(({ key, index, start }) => {
          const chat = chats[index];
          return (
            chat !== undefined && (
              <li key={key} className="absolute inset-x-0 top-0" style={{ transform: `translateY(${start}px)` }}>
                <ChatRow chat={chat} open={chat.id === openId} now={now} />
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}

function ListSkeleton() {
  const t = useTranslations('common');
  return (
    <output className="grid gap-0.5 px-5">
      <span className="sr-only">{t('loading')}</span>
      {['w-28', 'w-40', 'w-32', 'w-36', 'w-24', 'w-40'].map((width, index) => (
        <div
          key={`${width}-${index < 3 ? 'a' : 'b'}`}
          className="flex items-center gap-3"
          style={{ height: ROW_HEIGHT }}
        >
          <Skeleton className="size-12 rounded-[1.125rem] rounded-bl-md" />
          <div className="grid flex-1 gap-2">
            <Skeleton className={`h-4 ${width}`} />
            <Skeleton className="h-3 w-full" />
          </div>
        </div>
      ))}
    </output>
  );
}
