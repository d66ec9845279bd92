'use client';

import { CheckCheck, MessagesSquare, SearchX } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { Button } from '@/app/_components/ui/button';
import { EmptyState } from '@/app/_components/ui/empty-state';
import { useWhatsapp } from '@/app/_lib/use-whatsapp';

type ChatListEmptyProps = { search: string; unreadOnly: boolean; onStart: (phone?: string) => void };

/** Why nothing is in the list, and the next thing to do about it. */
export function ChatListEmpty({ search, unreadOnly, onStart }: ChatListEmptyProps) {
  const t = useTranslations('chat.list');
  const nav = useTranslations('chat.notice');
  const status = useWhatsapp().data;
  if (search !== '') {
    const isNumber = /^[+\d\s().-]{6,}$/.test(search);
    return (
      <EmptyState
        icon={<SearchX aria-hidden />}
        title={t('noMatch', { search })}
        lead={t('noMatchLead')}
        className="flex-1"
      >
        {isNumber && (
          <Button tone="quiet" size="small" onClick={() => onStart(search)}>
            {t('startWith', { phone: search })}
          </Button>
        )}
      </EmptyState>
    );
  }
  if (unreadOnly) {
    return (
      <EmptyState
        icon={<CheckCheck aria-hidden />}
        title={t('emptyUnread')}
        lead={t('emptyUnreadLead')}
        className="flex-1"
      />
    );
  }
  const linked = status?.hasSession ?? false;
  return (
    <EmptyState
      icon={<MessagesSquare aria-hidden />}
      title={t(linked ? 'empty' : 'emptyUnlinked')}
      lead={t(linked ? 'emptyLead' : 'emptyUnlinkedLead')}
      className="flex-1"
    >
      {linked ? (
        <Button tone="quiet" size="small" onClick={() => onStart()}>
          {t('new')}
        </Button>
      ) : (
        <Button asChild size="small">
          <Link href="/connect">{nav('link')}</Link>
        </Button>
      )}
    </EmptyState>
  );
}
