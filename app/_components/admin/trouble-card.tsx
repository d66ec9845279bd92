'use client';

import { TriangleAlert } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { Avatar } from '@/app/_components/chats/avatar';
import { Lead, StateCard } from '@/app/_components/connect/card';
import { NextTry } from '@/app/_components/connect/next-try';
import { Lacking } from '@/app/_components/connect/technical-details';
import { fullTime, timeAgo } from '@/app/_lib/format';
import { serverClock } from '@/app/_lib/server-clock';
import type { Trouble } from '@/app/_lib/troubles';
import { useNow } from '@/app/_lib/use-now';
import type { AdminSession } from '@/server/admin/schema';
import type { StatusReason } from '@/server/whatsapp/schema';

/** What the admin can mend has words of its own; what passes, or only a phone can mend, has not. */
const WORDS = [
  'WHATSAPP_CHANGED',
  'BROWSER_NOT_FOUND',
  'BROWSER_TOO_OLD',
  'ACTION_REQUIRED',
  'NO_MEMORY',
  'DISK_FULL',
  'PROFILE_MISSING',
  'PROFILE_IN_USE',
  'AUTH_FAILED',
] as const satisfies StatusReason[];
const wordsFor = (reason: StatusReason) => WORDS.find((word) => word === reason) ?? 'OTHER';

/** One thing that is wrong, and whose sessions it keeps from working. */
export function TroubleCard({ trouble }: { trouble: Trouble }) {
  const t = useTranslations();
  const reason = trouble.reason ?? 'UNKNOWN';
  const words = wordsFor(reason);
  return (
    <StateCard icon={<TriangleAlert />} tone="danger" title={t(`admin.reason.${words}.title`)}>
      <Lead>{t(`admin.reason.${words}.next`)}</Lead>
      <p className="mt-5 font-semibold text-muted text-sm">
        {t('admin.sessions', { count: trouble.sessions.length })} · <span className="select-all">{reason}</span>
      </p>
      <ul className="mt-1 divide-y divide-line">
        {trouble.sessions.map((session) => (
          <SessionRow key={session.ownerId} session={session} />
        ))}
      </ul>
      {reason === 'WHATSAPP_CHANGED' && (
        <div className="mt-4 grid gap-3 rounded-xl bg-canvas p-4 ring-1 ring-line ring-inset">
          <Lacking {...trouble} />
        </div>
      )}
    </StateCard>
  );
}

function SessionRow({ session }: { session: AdminSession }) {
  const t = useTranslations('admin');
  const locale = useLocale();
  const now = useNow(30_000, serverClock.now);
  const { ownerId, ownerName, failingSince, retryAt, hasSession } = session;
  return (
    <li data-testid="troubled-session" className="flex gap-3.5 py-3">
      <Avatar id={ownerId} name={ownerName} className="size-10" />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <p className="truncate font-semibold">{ownerName}</p>
          <span className="shrink-0 rounded-full bg-sunken px-2.5 py-0.5 font-medium text-muted text-xs">
            {t(hasSession ? 'kept' : 'notKept')}
          </span>
        </div>
        <p className="flex flex-wrap gap-x-2 text-muted text-sm">
          {failingSince !== null && (
            <span title={fullTime(failingSince, locale)}>
              {t('since', { when: timeAgo(failingSince, new Date(now), locale) })}.
            </span>
          )}
          {retryAt === null ? <span>{t('waits')}</span> : <NextTry at={retryAt} />}
        </p>
      </div>
    </li>
  );
}
