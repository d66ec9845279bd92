'use client';

import { useMutation } from '@tanstack/react-query';
import { RotateCw } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { cn } from '@/app/_lib/cn';
import { appErrorOf } from '@/app/_lib/app-error';
import type { ThreadRow } from '@/app/_lib/thread-rows';
import { useTRPC } from '@/app/_lib/trpc';
import { useWorkspace } from '@/app/_lib/workspace';

/** Below a bubble that did not leave, or of which nobody knows: why, and what can be done. The text stays in the bubble. */
export function MessageProblem({ row: { message, unsent } }: { row: ThreadRow }) {
  const t = useTranslations('chat');
  const api = useTRPC();
  const { outbox, cache } = useWorkspace();
  const retry = useMutation(api.chats.retry.mutationOptions({ onSuccess: cache.message }));

  if (unsent !== null) {
    if (unsent.state === 'sending') return null;
    if (unsent.state === 'waiting') return <Line tone="muted" words={t('status.waiting')} />;
    return (
      <Line tone="danger" words={unsent.error ?? t('error.UNKNOWN')}>
        <Action onClick={() => outbox.retry(unsent.clientKey)}>
          <RotateCw aria-hidden className="size-3.5" />
          {t('retry')}
        </Action>
        <Action onClick={() => outbox.settle(unsent.clientKey)}>{t('discard')}</Action>
      </Line>
    );
  }
  if (message.errorCode === 'SEND_UNCONFIRMED') {
    // the phone shows nothing of what went by Twilio
    const words = message.provider === 'twilio' ? t('status.unconfirmedByTwilio') : t('error.SEND_UNCONFIRMED');
    return <Line tone="warn" words={words} />;
  }
  if (message.status !== 'failed') return null;
  const refused = retry.isError ? appErrorOf(retry.error)?.message : undefined;
  const words = refused ?? message.errorMessage ?? t(`error.${message.errorCode ?? 'UNKNOWN'}`);
  if (message.retryable === false) return <Line tone="danger" words={words} />;
  return (
    <Line tone="danger" words={words}>
      <Action disabled={retry.isPending} onClick={() => retry.mutate({ messageId: message.id })}>
        <RotateCw aria-hidden className={cn('size-3.5', retry.isPending && 'animate-spin')} />
        {t('retry')}
      </Action>
    </Line>
  );
}

const TONES = { muted: 'text-muted', warn: 'text-warn', danger: 'text-danger' };

function Line({ tone, words, children }: { tone: keyof typeof TONES; words: string; children?: ReactNode }) {
  return (
    <div
      className={cn(
        'mt-1 flex max-w-[min(34rem,86%)] flex-wrap items-center justify-end gap-x-3 text-right text-sm',
        TONES[tone],
      )}
    >
      <span>{words}</span>
      {children}
    </div>
  );
}

function Action({ children, ...props }: { children: ReactNode; disabled?: boolean; onClick: () => void }) {
  return (
    <button
      type="button"
      className="inline-flex min-h-7 items-center gap-1.5 font-semibold underline underline-offset-4 disabled:opacity-55 pointer-coarse:min-h-10"
      {...props}
    >
      {children}
    </button>
  );
}
