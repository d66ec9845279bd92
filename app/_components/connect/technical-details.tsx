'use client';

import { ChevronRight } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { CopyButton } from '@/app/_components/ui/copy-button';
import { fullTime } from '@/app/_lib/format';
import type { WhatsappStatus } from '@/server/whatsapp/schema';

export type Findings = Pick<WhatsappStatus, 'reason' | 'missing' | 'pageVersion' | 'failingSince'>;

/** What the page lacks, folded away: for whoever mends it, and not for whoever waits. */
export function TechnicalDetails({ findings }: { findings: Findings }) {
  const t = useTranslations('connect.technical');
  return (
    <details className="group mt-6 rounded-xl bg-canvas ring-1 ring-line ring-inset">
      <summary className="flex min-h-11 cursor-pointer select-none list-none items-center gap-2 rounded-xl px-4 py-2.5 font-semibold text-sm [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="size-4 shrink-0 text-muted transition-transform duration-100 group-open:rotate-90"
        />
        {t('title')}
      </summary>
      <div className="grid gap-3 px-4 pb-4">
        <Lacking {...findings} />
      </div>
    </details>
  );
}

/** The names, the page's version and since when, to be read and copied. */
export function Lacking({ reason, missing, pageVersion, failingSince }: Findings) {
  const t = useTranslations('connect.technical');
  const locale = useLocale();
  const copied = [reason, `WhatsApp Web ${pageVersion ?? '?'}`, ...missing].join('\n');
  return (
    <>
      <p className="text-muted text-sm">{t(missing.length > 0 ? 'missing' : 'unknown')}</p>
      {missing.length > 0 && (
        <ul data-testid="missing" className="flex flex-wrap gap-1.5">
          {missing.map((name) => (
            <li
              key={name}
              className="select-all break-all rounded-md bg-sunken px-2 py-1 font-mono text-[0.8125rem] leading-tight"
            >
              {name}
            </li>
          ))}
        </ul>
      )}
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
        <dt className="text-muted">{t('version')}</dt>
        <dd data-testid="page-version" className="tnum select-all break-all">
          {pageVersion ?? t('versionUnknown')}
        </dd>
        {failingSince !== null && (
          <>
            <dt className="text-muted">{t('since')}</dt>
            <dd className="tnum">{fullTime(failingSince, locale)}</dd>
          </>
        )}
      </dl>
      <div>
        <CopyButton text={copied} label={t('copy')} />
      </div>
    </>
  );
}
