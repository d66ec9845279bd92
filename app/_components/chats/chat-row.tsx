'use client';

import { useLocale, useTranslations } from 'next-intl';
import { memo, type MouseEvent } from 'react';
import { Avatar } from '@/app/_components/chats/avatar';
import { Preview } from '@/app/_components/chats/preview';
import { useChatName } from '@/app/_lib/chat-name';
import { showChat } from '@/app/_lib/chat-path';
import { cn } from '@/app/_lib/cn';
import { fullTime, listTime } from '@/app/_lib/format';
import type { Chat } from '@/server/chats/schema';

export const ROW_HEIGHT = 76;

type ChatRowProps = { chat: Chat; open: boolean; now: number };

export const ChatRow = memo(function ChatRow({ chat, open, now }: ChatRowProps) {
  const t = useTranslations('chat.list');
  const locale = useLocale();
  const nameOf = useChatName();
  const { unread, lastMessageAt } = chat;
  const onClick = (event: MouseEvent) => {
    // With a modifier the browser opens a tab or window, as for any link.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    showChat(chat.id);
  };
  return (
    <a
      href={`/chats/${chat.id}`}
      onClick={onClick}
      aria-current={open ? 'true' : undefined}
      data-testid="chat-row"
      data-chat-id={chat.id}
      style={{ height: ROW_HEIGHT }}
      className={cn(
        'mx-2 flex items-center gap-3 rounded-xl px-3 transition-colors focus-visible:-outline-offset-2',
        open ? 'bg-brand-soft' : 'hover:bg-hover',
      )}
    >
      <Avatar id={chat.id} name={chat.name} />
      <span className="grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)] gap-0.5">
        <span className="flex items-baseline gap-2">
          <span
            className={cn(
              'min-w-0 flex-1 truncate',
              unread > 0 ? 'font-bold' : 'font-semibold',
              chat.name === null && 'tnum',
            )}
          >
            {nameOf(chat)}
          </span>
          {lastMessageAt !== null && (
            <time
              dateTime={lastMessageAt.toISOString()}
              title={fullTime(lastMessageAt, locale)}
              className={cn('tnum shrink-0 text-xs', unread > 0 ? 'font-semibold text-brand' : 'text-muted')}
            >
              {listTime(lastMessageAt, new Date(now), locale, t('yesterday'))}
            </time>
          )}
        </span>
        <span className="flex items-center gap-2">
          <span
            className={cn('flex min-w-0 flex-1 items-center gap-1 text-sm', unread > 0 ? 'text-ink' : 'text-muted')}
          >
            <Preview chat={chat} open={open} />
          </span>
          {unread > 0 && (
            <span
              data-testid="unread"
              aria-label={t('unreadCount', { count: unread })}
              className="tnum min-w-5 shrink-0 rounded-full bg-brand px-1.5 text-center font-bold text-on-brand text-xs leading-5"
            >
              {unread > 999 ? '999+' : unread}
            </span>
          )}
        </span>
      </span>
    </a>
  );
});
