'use client';

import { CloudOff } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Button } from '@/app/_components/ui/button';
import { EmptyState } from '@/app/_components/ui/empty-state';
import { appErrorOf } from '@/app/_lib/app-error';

type PageFailureProps = { error: unknown; title?: string; onRetry: () => void; className?: string };

/** A place that could not be read: what failed, in the server's words where it said any, and a way to try again. */
export function PageFailure({ error, title, onRetry, className = 'min-h-[60dvh] flex-1' }: PageFailureProps) {
  const t = useTranslations('common');
  const words = appErrorOf(error)?.message ?? t('noConnection');
  return (
    <EmptyState
      icon={<CloudOff aria-hidden />}
      title={title ?? words}
      lead={title === undefined ? undefined : words}
      className={className}
    >
      <Button tone="quiet" size="small" onClick={onRetry}>
        {t('retry')}
      </Button>
    </EmptyState>
  );
}
