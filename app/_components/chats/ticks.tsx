import { Check, CheckCheck, CircleAlert, CircleHelp, Clock3, type LucideIcon } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { cn } from '@/app/_lib/cn';
import type { Message } from '@/server/chats/schema';

type TicksProps = { status: Message['status']; errorCode: Message['errorCode']; className?: string };
type Sign = { Icon: LucideIcon; word: 'unconfirmed' | Message['status']; colour?: string };

/** What became of an outbound message. Nobody can say of an unconfirmed one: it never gets a tick. */
function signOf(status: Message['status'], errorCode: Message['errorCode']): Sign | null {
  switch (status) {
    case 'queued':
      return errorCode === 'SEND_UNCONFIRMED'
        ? { Icon: CircleHelp, word: 'unconfirmed', colour: 'text-warn' }
        : { Icon: Clock3, word: 'queued' };
    case 'sent':
      return { Icon: Check, word: 'sent' };
    case 'delivered':
      return { Icon: CheckCheck, word: 'delivered' };
    case 'read':
      return { Icon: CheckCheck, word: 'read', colour: 'text-tick-read' };
    case 'failed':
      return { Icon: CircleAlert, word: 'failed', colour: 'text-danger' };
    case 'received':
      return null;
    default:
      return status satisfies never;
  }
}

export function Ticks({ status, errorCode, className }: TicksProps) {
  const t = useTranslations('chat.status');
  const sign = signOf(status, errorCode);
  if (sign === null) return null;
  const { Icon, word, colour } = sign;
  return (
    <span title={t(word)} className={cn('shrink-0', colour, className)}>
      <Icon aria-hidden className="size-4" />
      <span className="sr-only">{t(word)}</span>
    </span>
  );
}
