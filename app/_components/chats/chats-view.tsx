'use client';

import { MessageSquarePlus, MessagesSquare } from 'lucide-react';
import { usePathname } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ChatsPane } from '@/app/_components/chats/chats-pane';
import { COMPOSER_ID } from '@/app/_components/chats/composer';
import { SEARCH_ID } from '@/app/_components/chats/chat-search';
import { ThreadPane } from '@/app/_components/chats/thread-pane';
import { useShell } from '@/app/_components/shell/shell-actions';
import { Button } from '@/app/_components/ui/button';
import { EmptyState } from '@/app/_components/ui/empty-state';
import { openChatPath, showChat } from '@/app/_lib/chat-path';
import { cn } from '@/app/_lib/cn';
import { useShortcuts } from '@/app/_lib/shortcuts';
import { useChatList } from '@/app/_lib/use-chat-list';
import { useWorkspace } from '@/app/_lib/workspace';

function focus(id: string): void {
  document.getElementById(id)?.focus();
}

/** Conversations at the left, one of them at the right; on a phone one or the other. */
export function ChatsView() {
  const t = useTranslations('chat');
  const openId = openChatPath(usePathname());
  const { startChat } = useShell();
  const { cache } = useWorkspace();
  const [search, setSearch] = useState('');
  const [unreadOnly, setUnreadOnly] = useState(false);
  const list = useChatList({ search, unreadOnly });

  const step = (by: 1 | -1) => {
    const here = list.chats.findIndex(({ id }) => id === openId);
    const next = list.chats[here === -1 ? 0 : here + by];
    if (next !== undefined) showChat(next.id);
  };

  useShortcuts({
    search: () => focus(SEARCH_ID),
    next: () => step(1),
    previous: () => step(-1),
    compose: () => focus(COMPOSER_ID),
    close: () => {
      const { activeElement } = document;
      if (activeElement instanceof HTMLElement && /^(INPUT|TEXTAREA)$/.test(activeElement.tagName))
        activeElement.blur();
      else if (search !== '') setSearch('');
      else showChat(null);
    },
  });

  return (
    <div className="flex min-h-0 flex-1">
      <ChatsPane
        list={list}
        openId={openId}
        search={search}
        onSearch={setSearch}
        unreadOnly={unreadOnly}
        onUnreadOnly={(on) => {
          cache.dropRead();
          setUnreadOnly(on);
        }}
        className={cn('w-full md:w-[21rem] lg:w-[23.5rem]', openId !== null && 'max-md:hidden')}
      />
      {openId === null ? (
        <div className="hidden flex-1 border-line border-l bg-thread md:grid">
          <EmptyState icon={<MessagesSquare aria-hidden />} title={t('thread.pick')} lead={t('thread.pickLead')}>
            <Button tone="quiet" size="small" onClick={() => startChat()}>
              <MessageSquarePlus aria-hidden className="size-4" />
              {t('list.new')}
            </Button>
          </EmptyState>
        </div>
      ) : (
        <ThreadPane key={openId} chatId={openId} />
      )}
    </div>
  );
}
