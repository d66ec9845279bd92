'use client';

import { LifeBuoy, Puzzle, RefreshCw, ShieldCheck } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Actions, Lead, StateCard } from '@/app/_components/connect/card';
import { NextTry } from '@/app/_components/connect/next-try';
import { TechnicalDetails } from '@/app/_components/connect/technical-details';
import { UnlinkButton } from '@/app/_components/connect/unlink-button';
import type { LinkActions } from '@/app/_components/connect/use-link-actions';
import { Button } from '@/app/_components/ui/button';
import { Spinner } from '@/app/_components/ui/spinner';
import type { WhatsappStatus } from '@/server/whatsapp/schema';

/** WhatsApp's page lacks what the library needs: nobody here did anything wrong, and there is nothing they must do. */
export function PageChangedCard({ status, actions }: { status: WhatsappStatus; actions: LinkActions }) {
  const t = useTranslations('connect');
  const { busy, link, restart, stop } = actions;
  const { hasSession, retryAt } = status;
  return (
    <StateCard icon={<Puzzle />} tone="warn" title={t('changed.title')}>
      <Lead>{t('changed.lead')}</Lead>
      <ul className="mt-5 grid gap-4">
        <Point icon={<ShieldCheck />} title={t('changed.safe')}>
          {t(hasSession ? 'changed.safeLinked' : 'changed.safeUnlinked')}
        </Point>
        <Point icon={<RefreshCw />} title={t('changed.alone')}>
          {t(retryAt === null ? 'changed.aloneNot' : 'changed.aloneHint')}
          {retryAt !== null && (
            <output data-testid="next-try" className="mt-1 block font-medium text-ink">
              <NextTry at={retryAt} />
            </output>
          )}
        </Point>
        <Point icon={<LifeBuoy />} title={t('changed.help')}>
          {t('changed.helpHint')}
        </Point>
      </ul>
      <Actions>
        <Button disabled={busy} onClick={() => (hasSession ? restart() : link())}>
          {busy && <Spinner className="size-4" />}
          {t('changed.retry')}
        </Button>
        {retryAt !== null && (
          <Button tone="quiet" disabled={busy} onClick={stop}>
            {t(hasSession ? 'connected.stop' : 'cancel')}
          </Button>
        )}
        {hasSession && <UnlinkButton actions={actions} />}
      </Actions>
      <TechnicalDetails findings={status} />
    </StateCard>
  );
}

function Point({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <li className="flex gap-3.5">
      <span aria-hidden className="mt-0.5 shrink-0 text-brand [&_svg]:size-5">
        {icon}
      </span>
      <div className="min-w-0">
        <p className="font-semibold">{title}</p>
        <div className="text-pretty text-muted">{children}</div>
      </div>
    </li>
  );
}
