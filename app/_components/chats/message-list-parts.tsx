'use client';

import { ArrowDown, MessageCircle } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Button } from '@/app/_components/ui/button';
import { EmptyState } from '@/app/_components/ui/empty-state';
import { IconButton } from '@/app/_components/ui/icon-button';
import { Spinner } from '@/app/_components/ui/spinner';

export function EmptyThread() {
  const t = useTranslations('chat.thread');
  return (
    <EmptyState icon={<MessageCircle aria-hidden />} title={t('empty')} lead={t('emptyLead')} className="h-full" />
  );
}

/** At the top, over the messages, so that its coming and going moves none of them. */
export function OlderState({ loading, failed, onRetry }: { loading: boolean; failed: boolean; onRetry: () => void }) {
  const t = useTranslations('chat');
  if (!loading && !failed) return null;
  return (
    <output className="-translate-x-1/2 absolute top-2 left-1/2 z-10 flex items-center gap-2 rounded-full bg-surface px-4 py-1.5 text-muted text-sm shadow-raised ring-1 ring-line">
      {failed ? (
        <>
          {t('thread.olderFailed')}
          <button type="button" onClick={onRetry} className="font-semibold text-brand pointer-coarse:py-2">
            {t('retry')}
          </button>
        </>
      ) : (
        <>
          <Spinner className="size-4 text-brand" />
          {t('thread.loadingOlder')}
        </>
      )}
    </output>
  );
}

/** While one reads above: the way back down, and how many messages came meanwhile. */
export function ToEnd({ count, onClick }: { count: number; onClick: () => void }) {
  const t = useTranslations('chat.thread');
  if (count === 0) {
    return (
      <IconButton
        label={t('toEnd')}
        tone="quiet"
        onClick={onClick}
        className="absolute right-4 bottom-3 animate-enter rounded-full text-ink shadow-raised md:right-6"
      >
        <ArrowDown aria-hidden className="size-5" />
      </IconButton>
    );
  }
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-3 flex justify-center">
      <Button
        size="small"
        onClick={onClick}
        data-testid="new-below"
        className="pointer-events-auto animate-enter rounded-full shadow-raised"
      >
        <ArrowDown aria-hidden className="size-4" />
        {t('newBelow', { count })}
      </Button>
    </div>
  );
}
