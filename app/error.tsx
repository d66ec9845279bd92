'use client';

import { Wrench } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect } from 'react';
import { Button } from '@/app/_components/ui/button';
import { EmptyState } from '@/app/_components/ui/empty-state';

export default function ErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  const t = useTranslations();
  useEffect(() => {
    console.error(error);
  }, [error]);
  return (
    <EmptyState icon={<Wrench aria-hidden />} title={t('errors.title')} lead={t('errors.lead')} className="min-h-dvh">
      <Button onClick={retry}>{t('common.retry')}</Button>
      <Button tone="quiet" onClick={() => window.location.assign('/')}>
        {t('errors.home')}
      </Button>
    </EmptyState>
  );
}
