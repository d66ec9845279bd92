'use client';

import { useLocale, useTranslations } from 'next-intl';
import type { z } from 'zod';
import { Avatar } from '@/app/_components/chats/avatar';
import { KindIcon } from '@/app/_components/chats/kind-icon';
import { daysAgo, formatPhone, fullTime, timeAgo } from '@/app/_lib/format';
import { serverClock } from '@/app/_lib/server-clock';
import { useNow } from '@/app/_lib/use-now';
import { messageKind } from '@/server/chats/schema';
import type { unclaimedMessage } from '@/server/messages/schema';

/** Who wrote, when, to which of our numbers, and what. */
export function UnclaimedRow({ message }: { message: z.infer<typeof unclaimedMessage> }) {
  const t = useTranslations();
  const locale = useLocale();
  const now = useNow(30_000, serverClock.now);
  const { fromPhone, toPhone, name, text, receivedAt } = message;
  const kind = messageKind.catch('unsupported').parse(message.kind);
  const from = formatPhone(fromPhone);
  const today = new Date(now);
  return (
    <li data-testid="unclaimed-message" className="flex gap-3.5 py-3.5">
      <Avatar id={fromPhone} name={name} className="size-10" />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4">
          <p className="flex min-w-0 flex-wrap items-baseline gap-x-2">
            {name && <span className="truncate font-semibold">{name}</span>}
            <span className={name ? 'text-muted text-sm' : 'font-semibold'}>{from}</span>
          </p>
          <time
            dateTime={receivedAt.toISOString()}
            title={fullTime(receivedAt, locale)}
            className="shrink-0 text-muted text-sm"
          >
            {daysAgo(receivedAt, today) > 0 ? fullTime(receivedAt, locale) : timeAgo(receivedAt, today, locale)}
          </time>
        </div>
        {kind !== 'text' && (
          <p className="mt-0.5 flex items-center gap-1.5">
            <KindIcon kind={kind} className="size-4 shrink-0 text-muted" />
            {t(`chat.kind.${kind}`)}
          </p>
        )}
        {text !== '' && (
          <p dir="auto" className="mt-0.5 whitespace-pre-wrap [overflow-wrap:anywhere]">
            {text}
          </p>
        )}
        <p className="mt-0.5 text-muted text-sm">{t('admin.unclaimed.to', { phone: formatPhone(toPhone) })}</p>
      </div>
    </li>
  );
}
