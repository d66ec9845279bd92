'use client';

import { CircleCheck, Lock } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { TroubleCard } from '@/app/_components/admin/trouble-card';
import { UnclaimedSection } from '@/app/_components/admin/unclaimed-section';
import { PageFailure } from '@/app/_components/shell/page-failure';
import { Button } from '@/app/_components/ui/button';
import { EmptyState } from '@/app/_components/ui/empty-state';
import { Skeleton } from '@/app/_components/ui/skeleton';
import { groupTroubles } from '@/app/_lib/troubles';
import { useAdminSessions } from '@/app/_lib/use-admin-sessions';
import { useWorkspace } from '@/app/_lib/workspace';
import type { AdminSessions } from '@/server/admin/schema';

/** What needs the admin: sessions that fail, and why; messages that are nobody's. The server refuses everybody else, whatever the page shows. */
export function AdminView() {
  const t = useTranslations('admin');
  const common = useTranslations('errors');
  const { me } = useWorkspace();
  const sessions = useAdminSessions();
  if (me.role !== 'admin') {
    return (
      <EmptyState icon={<Lock aria-hidden />} title={t('membersTitle')} lead={t('membersLead')} className="flex-1">
        <Button asChild tone="quiet" size="small">
          <Link href="/">{common('home')}</Link>
        </Button>
      </EmptyState>
    );
  }
  return (
    <div className="scroll-thin flex flex-1 flex-col overflow-y-auto">
      <header className="mx-auto w-full max-w-[62rem] px-5 pt-6 pb-5 md:px-10 md:pt-9">
        <h1 className="display text-[1.75rem]">{t('title')}</h1>
        <p className="mt-2 max-w-2xl text-pretty text-muted">{t('lead')}</p>
      </header>
      <div className="mx-auto grid w-full max-w-[62rem] grid-cols-1 gap-4 px-5 pb-10 md:px-10">
        {sessions.data !== undefined ? (
          <Troubles {...sessions.data} />
        ) : sessions.isError ? (
          <PageFailure
            error={sessions.error}
            title={t('loadFailed')}
            onRetry={() => void sessions.refetch()}
            className="min-h-80"
          />
        ) : (
          <Skeleton className="h-72 rounded-2xl" />
        )}
        <UnclaimedSection />
      </div>
    </div>
  );
}

function Troubles({ items, total }: AdminSessions) {
  const t = useTranslations('admin');
  if (items.length === 0) {
    return (
      <EmptyState
        icon={<CircleCheck aria-hidden />}
        title={t('empty')}
        lead={t('emptyLead')}
        className="min-h-80 rounded-2xl bg-surface shadow-raised ring-1 ring-line"
      />
    );
  }
  return (
    <>
      {groupTroubles(items).map((trouble) => (
        <TroubleCard key={trouble.key} trouble={trouble} />
      ))}
      {total > items.length && <p className="text-muted">{t('more', { count: total - items.length })}</p>}
    </>
  );
}
