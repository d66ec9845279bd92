'use client';

import { useLocale, useTranslations } from 'next-intl';
import { Spinner } from '@/app/_components/ui/spinner';
import { clockTime, timeAgo } from '@/app/_lib/format';
import { serverClock } from '@/app/_lib/server-clock';
import { useNow } from '@/app/_lib/use-now';

/** When a session that fails is tried again by itself. */
export function NextTry({ at }: { at: Date }) {
  const t = useTranslations('connect.retry');
  const locale = useLocale();
  const now = useNow(1_000, serverClock.now);
  const left = at.getTime() - now;
  if (left <= 0) {
    return (
      <span className="inline-flex items-center gap-2">
        <Spinner className="size-4 text-brand" />
        {t('now')}
      </span>
    );
  }
  if (left < 60_000) return <span>{t('soon')}</span>;
  const when = timeAgo(at, new Date(now), locale);
  return <span className="tnum">{t('at', { time: clockTime(at, locale), when })}</span>;
}
