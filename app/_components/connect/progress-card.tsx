'use client';

import { useTranslations } from 'next-intl';
import { Actions, Card, Lead } from '@/app/_components/connect/card';
import type { LinkActions } from '@/app/_components/connect/use-link-actions';
import { Button } from '@/app/_components/ui/button';
import { Spinner } from '@/app/_components/ui/spinner';
import { cn } from '@/app/_lib/cn';
import type { WhatsappStatus } from '@/server/whatsapp/schema';

const PHASES = ['initializing', 'authenticated', 'syncing'] as const;

/** The stretch between a click and a working link, with how far it is. */
export function ProgressCard({ status, actions }: { status: WhatsappStatus; actions: LinkActions }) {
  const t = useTranslations('connect');
  const phase = PHASES.find((word) => word === status.status) ?? 'initializing';
  const percent = phase === 'syncing' ? status.progress : null;
  const restoring = phase === 'initializing' && status.hasSession;
  return (
    <Card className="md:p-10">
      <output className="flex items-start gap-4">
        <Spinner className="mt-0.5 size-7 shrink-0 text-brand" />
        <div>
          <h2 className="display text-[1.375rem]">{t(`progress.${phase}`)}</h2>
          <Lead>{t(restoring ? 'progress.restoring' : `progress.${phase}Lead`)}</Lead>
        </div>
      </output>
      <div className="mt-7 flex items-center gap-4">
        <div className="grid flex-1 grid-cols-3 gap-1.5">
          {PHASES.map((word, index) => {
            const here = PHASES.indexOf(phase);
            return (
              <div key={word} className="h-2 overflow-hidden rounded-full bg-sunken">
                <div
                  className={cn(
                    'h-full rounded-full bg-brand',
                    index === here && percent === null && 'animate-shimmer',
                  )}
                  style={{ width: index < here ? '100%' : index === here ? `${percent ?? 55}%` : 0 }}
                />
              </div>
            );
          })}
        </div>
        {percent !== null && (
          <span className="tnum font-semibold">{t('progress.percent', { percent: Math.round(percent) })}</span>
        )}
      </div>
      <Actions>
        <Button
          tone="ghost"
          size="small"
          className="-ml-3.5 text-muted"
          disabled={actions.busy && phase !== 'initializing'}
          onClick={actions.stop}
        >
          {t('cancel')}
        </Button>
      </Actions>
    </Card>
  );
}
