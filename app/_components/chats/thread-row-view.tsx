'use client';

import { useLocale, useTranslations } from 'next-intl';
import { memo } from 'react';
import { MessageBubble } from '@/app/_components/chats/message-bubble';
import { cn } from '@/app/_lib/cn';
import { dayHeading, dayKey } from '@/app/_lib/format';
import type { ThreadRow } from '@/app/_lib/thread-rows';

type ThreadRowViewProps = { row: ThreadRow; now: number; first: boolean };

/** Rows are built anew whenever anything in the thread changes; one is drawn again only when something in it did. */
function isSame(a: ThreadRowViewProps, b: ThreadRowViewProps): boolean {
  return (
    a.row.message === b.row.message &&
    a.row.unsent === b.row.unsent &&
    a.row.unread === b.row.unread &&
    a.row.joined === b.row.joined &&
    a.row.day?.getTime() === b.row.day?.getTime() &&
    a.first === b.first &&
    (a.row.day === null || dayKey(new Date(a.now)) === dayKey(new Date(b.now))) &&
    (a.row.unsent === null || a.now === b.now)
  );
}

export const ThreadRowView = memo(function ThreadRowView({ row, now, first }: ThreadRowViewProps) {
  const t = useTranslations('chat.thread');
  const locale = useLocale();
  const words = { today: t('today'), yesterday: t('yesterday') };
  return (
    <div className={cn(row.joined ? 'pt-[3px]' : 'pt-2.5')}>
      {first && <p className="pt-2 pb-3 text-center text-muted text-xs">{t('start')}</p>}
      {row.day !== null && (
        <h3 className="flex justify-center pt-2 pb-3">
          <span className="rounded-full bg-surface px-3.5 py-1 font-medium text-muted text-xs shadow-bubble first-letter:uppercase">
            <span className="inline-block first-letter:uppercase">
              {dayHeading(row.day, new Date(now), locale, words)}
            </span>
          </span>
        </h3>
      )}
      {row.unread !== null && (
        <p data-testid="unread-line" className="flex items-center gap-3 py-2 font-semibold text-brand text-sm">
          <span aria-hidden className="h-px flex-1 bg-brand/35" />
          {t('unreadLine', { count: row.unread })}
          <span aria-hidden className="h-px flex-1 bg-brand/35" />
        </p>
      )}
      <MessageBubble row={row} />
    </div>
  );
}, isSame);
