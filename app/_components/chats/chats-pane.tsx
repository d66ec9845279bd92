'use client';

import { SquarePen } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { ChatListBody } from '@/app/_components/chats/chat-list-body';
import { ChatSearch } from '@/app/_components/chats/chat-search';
import { LinkNotice } from '@/app/_components/chats/link-notice';
import { RecoveredNotice } from '@/app/_components/chats/recovered-notice';
import { useShell } from '@/app/_components/shell/shell-actions';
import { IconButton } from '@/app/_components/ui/icon-button';
import { Segmented } from '@/app/_components/ui/segmented';
import { cn } from '@/app/_lib/cn';
import type { ChatList } from '@/app/_lib/use-chat-list';

type ChatsPaneProps = {
  list: ChatList;
  openId: string | null;
  search: string;
  onSearch: (search: string) => void;
  unreadOnly: boolean;
  onUnreadOnly: (unreadOnly: boolean) => void;
  className?: string;
};

export function ChatsPane({ list, openId, search, onSearch, unreadOnly, onUnreadOnly, className }: ChatsPaneProps) {
  const t = useTranslations('chat');
  const { startChat } = useShell();
  return (
    <section aria-label={t('list.label')} className={cn('flex min-h-0 shrink-0 flex-col bg-surface', className)}>
      <header className="grid gap-3 px-4 pt-4 pb-3">
        <div className="flex items-center justify-between">
          <h1 className="display text-[1.625rem]">{t('title')}</h1>
          <IconButton label={t('list.new')} onClick={() => startChat()} className="text-ink">
            <SquarePen aria-hidden className="size-5" />
          </IconButton>
        </div>
        <ChatSearch value={search} onChange={onSearch} />
        <Segmented
          label={t('list.filter')}
          value={unreadOnly ? 'unread' : 'all'}
          onChange={(value) => onUnreadOnly(value === 'unread')}
          options={[
            { value: 'all', label: t('list.all') },
            { value: 'unread', label: t('list.unread') },
          ]}
        />
      </header>
      {/* With a chat open beside it, the box says it. */}
      <LinkNotice className={cn(openId !== null && 'md:hidden')} />
      <RecoveredNotice />
      <ChatListBody list={list} openId={openId} search={search.trim()} unreadOnly={unreadOnly} onStart={startChat} />
    </section>
  );
}
