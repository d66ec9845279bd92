'use client';

import { useLocale, useTranslations } from 'next-intl';
import { KindIcon } from '@/app/_components/chats/kind-icon';
import { MessageProblem } from '@/app/_components/chats/message-problem';
import { RichText } from '@/app/_components/chats/rich-text';
import { Ticks } from '@/app/_components/chats/ticks';
import { cn } from '@/app/_lib/cn';
import { clockTime, fullTime } from '@/app/_lib/format';
import type { ThreadRow } from '@/app/_lib/thread-rows';
import type { Message } from '@/server/chats/schema';

export function MessageBubble({ row }: { row: ThreadRow }) {
  const { message, joined } = row;
  const mine = message.direction === 'outbound';
  return (
    <article
      data-testid="message"
      data-message-id={message.id}
      data-status={message.status}
      data-direction={message.direction}
      data-error={message.errorCode ?? undefined}
      className={cn('flex flex-col', mine ? 'items-end' : 'items-start')}
    >
      <div
        className={cn(
          'w-fit min-w-0 max-w-[min(34rem,86%)] rounded-2xl px-3.5 py-2 shadow-bubble',
          mine ? 'bg-bubble-out' : 'bg-bubble-in',
          !joined && (mine ? 'rounded-br-md' : 'rounded-bl-md'),
          message.status === 'failed' && 'ring-1 ring-danger/45',
        )}
      >
        {message.kind !== 'text' && <Media kind={message.kind} alone={message.text === ''} />}
        {message.text !== '' && (
          <span className="whitespace-pre-wrap [overflow-wrap:anywhere]">
            <RichText text={message.text} />
          </span>
        )}
        <Meta message={message} low={message.text === ''} />
      </div>
      <MessageProblem row={row} />
    </article>
  );
}

function Meta({ message, low }: { message: Message; low: boolean }) {
  const t = useTranslations('chat.status');
  const locale = useLocale();
  const { direction, provider, status, errorCode, at } = message;
  return (
    <span
      className={cn(
        'relative float-right ml-3 flex items-center gap-1 text-bubble-meta text-xs leading-5',
        low ? 'top-0.5 mt-6' : 'top-1',
      )}
    >
      {errorCode === 'SEND_UNCONFIRMED' && <span className="font-semibold text-warn">{t('unconfirmed')}</span>}
      {provider === 'twilio' && <span>{t('byTwilio')}</span>}
      <time dateTime={at.toISOString()} title={fullTime(at, locale)} className="tnum">
        {clockTime(at, locale)}
      </time>
      {direction === 'outbound' && <Ticks status={status} errorCode={errorCode} />}
    </span>
  );
}

/** What is not text stands as what it is; it is never lost in silence. */
function Media({ kind, alone }: { kind: Exclude<Message['kind'], 'text'>; alone: boolean }) {
  const t = useTranslations('chat');
  return (
    <div className={cn('flex items-center gap-3', alone ? 'float-left -ml-1' : '-ml-1 mb-1.5')}>
      <span className="grid size-11 shrink-0 place-items-center rounded-xl bg-black/6 text-brand dark:bg-white/8">
        <KindIcon kind={kind} className="size-5" />
      </span>
      <span className="grid">
        <span className="font-semibold leading-tight">{t(`kind.${kind}`)}</span>
        {kind !== 'call' && <span className="text-bubble-meta text-xs">{t('kindHint')}</span>}
      </span>
    </div>
  );
}
