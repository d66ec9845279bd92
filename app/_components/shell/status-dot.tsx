import { cn } from '@/app/_lib/cn';
import type { StatusWord } from '@/server/whatsapp/schema';

type Tone = 'good' | 'busy' | 'bad' | 'off';

/** How alarmed to be about a status. */
export function statusTone(status: StatusWord): Tone {
  switch (status) {
    case 'connected':
      return 'good';
    case 'initializing':
    case 'qr_ready':
    case 'authenticated':
    case 'syncing':
    case 'reconnecting':
      return 'busy';
    case 'auth_failed':
    case 'logged_out':
    case 'error':
      return 'bad';
    case 'not_connected':
    case 'disconnected':
    case 'parked':
      return 'off';
    default:
      return status satisfies never;
  }
}

const COLOURS: Record<Tone, string> = {
  good: 'bg-[#3fc48f]',
  busy: 'bg-sun animate-shimmer',
  bad: 'bg-[#e5533f]',
  off: 'bg-[#8fa39a]',
};

/** Never alone: the words of the status stand beside it or in the label of its link. */
export function StatusDot({ status, className }: { status: StatusWord; className?: string }) {
  return <span aria-hidden className={cn('size-2.5 rounded-full', COLOURS[statusTone(status)], className)} />;
}
