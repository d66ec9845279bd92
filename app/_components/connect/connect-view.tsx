'use client';

import { useTranslations } from 'next-intl';
import { ConnectedCard } from '@/app/_components/connect/connected-card';
import { ConnectState } from '@/app/_components/connect/connect-state';
import { useLinkActions } from '@/app/_components/connect/use-link-actions';
import { PageFailure } from '@/app/_components/shell/page-failure';
import { StatusDot } from '@/app/_components/shell/status-dot';
import { Notice } from '@/app/_components/ui/notice';
import { Skeleton } from '@/app/_components/ui/skeleton';
import { useWhatsapp } from '@/app/_lib/use-whatsapp';

export function ConnectView() {
  const t = useTranslations();
  const whatsapp = useWhatsapp();
  const actions = useLinkActions();
  const status = whatsapp.data;

  return (
    <div className="scroll-thin flex flex-1 flex-col overflow-y-auto">
      <header className="mx-auto flex w-full max-w-[62rem] flex-wrap items-center justify-between gap-x-4 gap-y-2 px-5 pt-6 pb-4 md:px-10 md:pt-9">
        <h1 className="display text-[1.75rem]">{t('connect.title')}</h1>
        {status !== undefined && (
          <output
            data-testid="connection-status"
            data-status={status.status}
            className="inline-flex min-h-8 items-center gap-2 rounded-full bg-surface px-3.5 font-medium text-sm ring-1 ring-line ring-inset"
          >
            <StatusDot status={status.status} />
            {t(`whatsapp.status.${status.status}`)}
          </output>
        )}
      </header>
      <div className="mx-auto grid w-full max-w-[62rem] grid-cols-1 gap-4 px-5 pb-10 md:px-10">
        {actions.failure !== null && !actions.invalidPhone && <Notice>{actions.failure}</Notice>}
        {status === undefined ? (
          whatsapp.isError ? (
            <PageFailure
              error={whatsapp.error}
              title={t('connect.loadFailed')}
              onRetry={() => void whatsapp.refetch()}
            />
          ) : (
            <Skeleton className="h-96 rounded-2xl" />
          )
        ) : status.status === 'connected' ? (
          <ConnectedCard status={status} actions={actions} />
        ) : (
          <ConnectState status={status} actions={actions} />
        )}
      </div>
    </div>
  );
}
