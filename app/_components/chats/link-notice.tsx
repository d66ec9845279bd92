'use client';

import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useWhatsapp } from '@/app/_lib/use-whatsapp';
import { cn } from '@/app/_lib/cn';
import type { WhatsappStatus } from '@/server/whatsapp/schema';

type Word = 'notLinked' | 'stopped' | 'problem' | 'loggedOut' | 'busy' | 'starting';

/** What a status means for somebody who is about to write; null: nothing to say. */
function wordOf({ status, hasSession, reason }: WhatsappStatus): Word | null {
  switch (status) {
    case 'connected':
      return null;
    case 'reconnecting':
      return 'busy';
    case 'initializing':
      return hasSession ? 'starting' : 'notLinked';
    case 'authenticated':
    case 'syncing':
      return 'starting';
    case 'not_connected':
    case 'qr_ready':
      return 'notLinked';
    case 'disconnected':
    case 'parked':
      return hasSession ? 'stopped' : 'notLinked';
    case 'logged_out':
      return reason === 'USER_UNLINKED' ? 'notLinked' : 'loggedOut';
    case 'auth_failed':
    case 'error':
      return 'problem';
    default:
      return status satisfies never;
  }
}

/** A number that dropped must not go unnoticed: it says so above the list and above the box, with the way to mend it. */
export function LinkNotice({ className }: { className?: string }) {
  const t = useTranslations('chat.notice');
  const status = useWhatsapp().data;
  const word = status === undefined ? null : wordOf(status);
  if (word === null) return null;
  const passing = word === 'busy' || word === 'starting';
  return (
    <output
      data-testid="link-notice"
      className={cn(
        'flex flex-wrap items-center gap-x-3 gap-y-0.5 px-4 py-2 text-sm',
        passing ? 'bg-sunken text-muted' : 'bg-warn-soft text-warn',
        className,
      )}
    >
      <span className="min-w-0 flex-1">{t(word)}</span>
      {!passing && (
        <Link href="/connect" className="font-semibold underline underline-offset-4 pointer-coarse:py-2">
          {t(word === 'notLinked' ? 'link' : 'fix')}
        </Link>
      )}
    </output>
  );
}
