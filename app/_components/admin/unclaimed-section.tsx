'use client';

import { MailQuestion } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useRef, useState } from 'react';
import { UnclaimedPager } from '@/app/_components/admin/unclaimed-pager';
import { UnclaimedRow } from '@/app/_components/admin/unclaimed-row';
import { Card, Lead } from '@/app/_components/connect/card';
import { PageFailure } from '@/app/_components/shell/page-failure';
import { EmptyState } from '@/app/_components/ui/empty-state';
import { Skeleton } from '@/app/_components/ui/skeleton';
import { UNCLAIMED_PER_PAGE, useUnclaimed } from '@/app/_lib/use-unclaimed';

/** What came in over Twilio from people to whom no account wrote: the admin alone sees it. */
export function UnclaimedSection() {
  const t = useTranslations('admin.unclaimed');
  const [offset, setOffset] = useState(0);
  const unclaimed = useUnclaimed(offset);
  const top = useRef<HTMLDivElement>(null);
  const turnTo = (next: number) => {
    setOffset(next);
    top.current?.scrollIntoView({ block: 'start' });
  };
  return (
    <div ref={top} className="scroll-mt-4">
      <Card>
        <h2 className="display text-[1.375rem]">{t('title')}</h2>
        <Lead>{t('lead')}</Lead>
        {unclaimed.data === undefined ? (
          unclaimed.isError ? (
            <PageFailure
              error={unclaimed.error}
              title={t('loadFailed')}
              onRetry={() => void unclaimed.refetch()}
              className="min-h-48"
            />
          ) : (
            <Waiting />
          )
        ) : unclaimed.data.total === 0 ? (
          <EmptyState icon={<MailQuestion aria-hidden />} title={t('empty')} lead={t('emptyLead')} className="pb-4" />
        ) : (
          <>
            <ul aria-busy={unclaimed.isPlaceholderData} className="mt-3 divide-y divide-line aria-busy:opacity-55">
              {unclaimed.data.items.map((message) => (
                <UnclaimedRow key={message.id} message={message} />
              ))}
            </ul>
            {unclaimed.data.total > UNCLAIMED_PER_PAGE && (
              <UnclaimedPager
                offset={offset}
                total={unclaimed.data.total}
                busy={unclaimed.isPlaceholderData}
                onTurn={turnTo}
              />
            )}
          </>
        )}
      </Card>
    </div>
  );
}

function Waiting() {
  const t = useTranslations('common');
  return (
    <output className="mt-5 grid gap-4">
      <span className="sr-only">{t('loading')}</span>
      {['w-40', 'w-28', 'w-36'].map((width) => (
        <div key={width} className="flex gap-3.5">
          <Skeleton className="size-10 rounded-[1.125rem] rounded-bl-md" />
          <div className="grid flex-1 gap-2">
            <Skeleton className={`h-4 ${width}`} />
            <Skeleton className="h-3 w-full" />
          </div>
        </div>
      ))}
    </output>
  );
}
