import { Check, CheckCheck, CircleAlert, CircleHelp, Clock3 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { cn } from '@/app/_lib/cn';
import type { Message } from '@/server/chats/schema';

type TicksProps = { status: Message['status']; errorCode: Message['errorCode']; className?: string };

/** What became of an outbound message. Nobody can say of an unconfirmed one: it never gets a tick. */
export function Ticks({ status, errorCode, className }: TicksProps) {
  const t = useTranslations('chat.status');
  const size = cn('size-4 shrink-0', className);
  switch (status) {
    case 'queued':
      return errorCode === 'SEND_UNCONFIRMED' ? (
        <CircleHelp role="img" aria-label={t('unconfirmed')} className={cn(size, 'text-warn')} />
      ) : (
        <Clock3 role="img" aria-label={t('queued')} className={size} />
      );
    case 'sent':
      return <Check role="img" aria-label={t('sent')} className={size} />;
    case 'delivered':
      return <CheckCheck role="img" aria-label={t('delivered')} className={size} />;
    case 'read':
      return <CheckCheck role="img" aria-label={t('read')} className={cn(size, 'text-tick-read')} />;
    case 'failed':
      return <CircleAlert role="img" aria-label={t('failed')} className={cn(size, 'text-danger')} />;
    case 'received':
      return null;
    default:
      return status satisfies never;
  }
}
