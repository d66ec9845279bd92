'use client';

import { History, X } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { IconButton } from '@/app/_components/ui/icon-button';
import { readText, writeText } from '@/app/_lib/browser-store';
import { clockTime, listTime } from '@/app/_lib/format';
import { useNow } from '@/app/_lib/use-now';
import { useWhatsapp } from '@/app/_lib/use-whatsapp';
import { useWorkspace } from '@/app/_lib/workspace';

const FORGOTTEN_AFTER_MS = 24 * 3_600_000;
/** Shorter silences in which nobody wrote are not worth a word. */
const SHORT_MS = 5 * 60_000;

/** From when to when nothing arrived, and what was read back of it: a gap is told, not left to be found. */
export function RecoveredNotice() {
  const t = useTranslations('chat');
  const locale = useLocale();
  const { me } = useWorkspace();
  const now = useNow(60_000);
  const key = `omniwp:${me.id}:gap-seen`;
  const [seen, setSeen] = useState(() => readText(key));
  const status = useWhatsapp().data;
  const gap = status?.connected ? status.recovered : null;
  if (gap === null || gap.to.toISOString() === seen || now - gap.to.getTime() > FORGOTTEN_AFTER_MS) return null;
  if (gap.messages === 0 && gap.to.getTime() - gap.from.getTime() < SHORT_MS) return null;
  const today = new Date(now);
  const time = (date: Date) => {
    const clock = clockTime(date, locale);
    const day = listTime(date, today, locale, t('list.yesterday'));
    return day === clock ? clock : `${day} ${clock}`;
  };
  return (
    <div className="flex items-start gap-2.5 bg-brand-soft py-1.5 pr-1.5 pl-4 text-sm">
      <History aria-hidden className="mt-2 size-4 shrink-0 text-brand" />
      <output data-testid="recovered" className="min-w-0 flex-1 py-1.5 text-pretty">
        {t('recovered', { from: time(gap.from), to: time(gap.to), count: gap.messages })}
      </output>
      <IconButton
        label={t('recoveredSeen')}
        onClick={() => {
          writeText(key, gap.to.toISOString());
          setSeen(gap.to.toISOString());
        }}
      >
        <X aria-hidden className="size-4" />
      </IconButton>
    </div>
  );
}
