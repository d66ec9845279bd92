'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Card, Lead } from '@/app/_components/connect/card';
import { CodeForm } from '@/app/_components/connect/code-form';
import { LinkArt } from '@/app/_components/connect/link-art';
import type { LinkActions } from '@/app/_components/connect/use-link-actions';
import { Button } from '@/app/_components/ui/button';
import { Segmented } from '@/app/_components/ui/segmented';
import { Spinner } from '@/app/_components/ui/spinner';

export function StartLink({ actions }: { actions: LinkActions }) {
  const t = useTranslations('connect');
  const [method, setMethod] = useState<'qr' | 'code'>('qr');
  return (
    <Card className="grid items-center gap-10 md:grid-cols-[1.15fr_1fr] md:p-10">
      <div>
        <h2 className="display text-[1.75rem]">{t('start.title')}</h2>
        <Lead>{t('start.lead')}</Lead>
        <Segmented
          label={t('methods')}
          value={method}
          onChange={setMethod}
          className="mt-6 mb-5 max-w-full"
          options={[
            { value: 'qr', label: t('methodQr') },
            { value: 'code', label: t('methodCode') },
          ]}
        />
        {method === 'qr' ? (
          <div>
            <Button size="large" disabled={actions.busy} onClick={() => actions.link()}>
              {actions.busy && <Spinner />}
              {t('start.button')}
            </Button>
          </div>
        ) : (
          <CodeForm actions={actions} />
        )}
        <p className="mt-7 max-w-md text-pretty text-muted text-sm">{t('start.note')}</p>
      </div>
      <LinkArt className="mx-auto w-full max-w-80 max-md:hidden" />
    </Card>
  );
}
