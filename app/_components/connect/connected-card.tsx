'use client';

import { Check } from 'lucide-react';
import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import { Actions, StateCard } from '@/app/_components/connect/card';
import { UnlinkButton } from '@/app/_components/connect/unlink-button';
import type { LinkActions } from '@/app/_components/connect/use-link-actions';
import { Button } from '@/app/_components/ui/button';
import { formatPhone, fullTime, timeAgo } from '@/app/_lib/format';
import { useNow } from '@/app/_lib/use-now';
import type { WhatsappStatus } from '@/server/whatsapp/schema';

export function ConnectedCard({ status, actions }: { status: WhatsappStatus; actions: LinkActions }) {
  const t = useTranslations('connect.connected');
  const locale = useLocale();
  const now = useNow(30_000);
  const { phoneNumber, name, connectedAt } = status;
  const skipped = Object.values(status.skipped).reduce((sum, count) => sum + count, 0);
  return (
    <StateCard icon={<Check />} title={t('title')}>
      <dl className="mt-5 flex flex-wrap gap-x-12 gap-y-4">
        {phoneNumber !== null && (
          <div>
            <dt className="text-muted text-sm">{t('number')}</dt>
            <dd data-testid="own-number" className="tnum font-semibold text-xl">
              {formatPhone(phoneNumber)}
            </dd>
          </div>
        )}
        {name !== null && name !== '' && (
          <div className="min-w-0">
            <dt className="text-muted text-sm">{t('name')}</dt>
            <dd className="truncate font-semibold text-xl">{name}</dd>
          </div>
        )}
      </dl>
      {connectedAt !== null && (
        <p className="mt-3 text-muted" title={fullTime(connectedAt, locale)}>
          {now - connectedAt.getTime() < 60_000
            ? t('justNow')
            : t('since', { when: timeAgo(connectedAt, new Date(now), locale) })}
        </p>
      )}
      <Actions>
        <Button asChild>
          <Link href="/chats">{t('goToChats')}</Link>
        </Button>
        <Button tone="quiet" disabled={actions.busy} onClick={actions.stop}>
          {t('stop')}
        </Button>
        <UnlinkButton actions={actions} />
      </Actions>
      <p className="mt-4 text-pretty text-muted text-sm">{t('stopHint')}</p>
      {skipped > 0 && <p className="mt-1.5 text-pretty text-muted text-sm">{t('skipped', { count: skipped })}</p>}
    </StateCard>
  );
}
