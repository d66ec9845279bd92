'use client';

import { LogOut, Pause, PlugZap, RefreshCw, TriangleAlert } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Actions, Lead, StateCard } from '@/app/_components/connect/card';
import { NextTry } from '@/app/_components/connect/next-try';
import { PageChangedCard } from '@/app/_components/connect/page-changed-card';
import { CodePairing } from '@/app/_components/connect/code-pairing';
import { ProgressCard } from '@/app/_components/connect/progress-card';
import { QrPairing } from '@/app/_components/connect/qr-pairing';
import { Reason } from '@/app/_components/connect/reason';
import { StartLink } from '@/app/_components/connect/start-link';
import { UnlinkButton } from '@/app/_components/connect/unlink-button';
import type { LinkActions } from '@/app/_components/connect/use-link-actions';
import { Button } from '@/app/_components/ui/button';
import { Spinner } from '@/app/_components/ui/spinner';
import type { StatusWord, WhatsappStatus } from '@/server/whatsapp/schema';

type ConnectStateProps = {
  status: WhatsappStatus & { status: Exclude<StatusWord, 'connected'> };
  actions: LinkActions;
};

/** Every state that is not "connected": what is going on and what can be done about it. */
export function ConnectState({ status, actions }: { status: WhatsappStatus; actions: LinkActions }) {
  const { status: word } = status;
  return word === 'connected' ? null : <State status={{ ...status, status: word }} actions={actions} />;
}

function State({ status, actions }: ConnectStateProps) {
  const t = useTranslations('connect');
  const { busy, link, resume, restart, stop } = actions;
  const go = (words: string, action: () => void) => (
    <Button disabled={busy} onClick={() => action()}>
      {busy && <Spinner className="size-4" />}
      {words}
    </Button>
  );
  const reason = status.reason !== null && <Reason reason={status.reason} showCode={status.status === 'error'} />;
  const unlink = status.hasSession && <UnlinkButton actions={actions} />;

  switch (status.status) {
    case 'not_connected':
      return <StartLink actions={actions} />;
    case 'initializing':
    case 'authenticated':
    case 'syncing':
      return <ProgressCard status={status} actions={actions} />;
    case 'qr_ready':
      return status.method === 'code' ? (
        <CodePairing status={status} actions={actions} />
      ) : (
        <QrPairing status={status} actions={actions} />
      );
    case 'reconnecting':
      return (
        <StateCard icon={<RefreshCw />} tone="warn" title={t('reconnecting.title')}>
          <Lead>{t('reconnecting.lead')}</Lead>
          {reason}
          <Actions>
            <Button tone="quiet" disabled={busy} onClick={stop}>
              {t('connected.stop')}
            </Button>
            {unlink}
          </Actions>
        </StateCard>
      );
    case 'disconnected':
      return (
        <StateCard icon={<Pause />} title={t('disconnected.title')}>
          <Lead>{t('disconnected.lead')}</Lead>
          <Actions>
            {go(t('disconnected.resume'), resume)}
            {unlink}
          </Actions>
        </StateCard>
      );
    case 'auth_failed':
      return (
        <StateCard icon={<PlugZap />} tone="danger" title={t('authFailed.title')}>
          {reason}
          <Actions>{go(t('authFailed.button'), link)}</Actions>
        </StateCard>
      );
    case 'logged_out':
      // Who unlinked it themselves needs no alarm: they are where they began.
      if (status.reason === 'USER_UNLINKED') return <StartLink actions={actions} />;
      return (
        <StateCard icon={<LogOut />} tone="danger" title={t('loggedOut.title')}>
          <Lead>{t('loggedOut.lead')}</Lead>
          <Actions>{go(t('loggedOut.button'), link)}</Actions>
        </StateCard>
      );
    case 'parked':
      return (
        <StateCard icon={<Pause />} tone="warn" title={t('parked.title')}>
          {status.reason === 'NEVER_SCANNED' || status.reason === null ? <Lead>{t('parked.lead')}</Lead> : reason}
          <Actions>
            {status.hasSession ? go(t('parked.resume'), resume) : go(t('parked.button'), link)}
            {unlink}
          </Actions>
        </StateCard>
      );
    case 'error':
      if (status.reason === 'WHATSAPP_CHANGED') return <PageChangedCard status={status} actions={actions} />;
      return (
        <StateCard icon={<TriangleAlert />} tone="danger" title={t('error.title')}>
          {reason}
          {status.retryAt !== null && (
            <output data-testid="next-try" className="mt-3 block text-muted">
              <NextTry at={status.retryAt} />
            </output>
          )}
          <Actions>
            {go(t('error.retry'), status.hasSession ? restart : link)}
            {unlink}
          </Actions>
        </StateCard>
      );
    default:
      return status.status satisfies never;
  }
}
