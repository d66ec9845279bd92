'use client';

import { ArrowLeft } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Avatar } from '@/app/_components/chats/avatar';
import { IconButton } from '@/app/_components/ui/icon-button';
import { Skeleton } from '@/app/_components/ui/skeleton';
import { useChatName } from '@/app/_lib/chat-name';
import { showChat } from '@/app/_lib/chat-path';
import { formatPhone } from '@/app/_lib/format';
import type { Chat } from '@/server/chats/schema';

export function ThreadHeader({ chat }: { chat: Chat | undefined }) {
  const t = useTranslations('chat');
  const nameOf = useChatName();
  return (
    <header className="flex min-h-16 shrink-0 items-center gap-3 border-line border-b bg-surface px-3 py-2 md:px-5">
      <IconButton label={t('thread.backToList')} className="md:hidden" onClick={() => showChat(null)}>
        <ArrowLeft aria-hidden className="size-5" />
      </IconButton>
      {chat === undefined ? (
        <>
          <Skeleton className="size-10 rounded-2xl rounded-bl-md" />
          <Skeleton className="h-4 w-40" />
        </>
      ) : (
        <>
          <Avatar id={chat.id} name={chat.name} className="size-10 rounded-2xl rounded-bl-md text-sm" />
          <div className="min-w-0">
            <h2 className="truncate font-semibold leading-tight">{nameOf(chat)}</h2>
            {chat.phone === null ? (
              <p className="truncate text-muted text-sm" title={t('hiddenNumberHint')}>
                {chat.name === null ? t('hiddenNumberHint') : t('hiddenNumber')}
              </p>
            ) : (
              chat.name !== null && <p className="tnum truncate text-muted text-sm">{formatPhone(chat.phone)}</p>
            )}
          </div>
        </>
      )}
    </header>
  );
}
