'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { AccountMenu } from '@/app/_components/shell/account-menu';
import { LogoMark } from '@/app/_components/shell/logo';
import { sectionsFor } from '@/app/_components/shell/sections';
import { StatusDot } from '@/app/_components/shell/status-dot';
import { useUnreadTotal } from '@/app/_components/shell/unread-title';
import { cn } from '@/app/_lib/cn';
import { initials } from '@/app/_lib/format';
import { useAdminSessions } from '@/app/_lib/use-admin-sessions';
import { useWhatsapp } from '@/app/_lib/use-whatsapp';
import { useWorkspace } from '@/app/_lib/workspace';

/** A rail at the left; on a phone a bar below, which makes room while a conversation is open. */
export function Nav({ hiddenOnPhone, onShortcuts }: { hiddenOnPhone: boolean; onShortcuts: () => void }) {
  const t = useTranslations();
  const pathname = usePathname();
  const { me } = useWorkspace();
  const status = useWhatsapp().data?.status;
  const unread = useUnreadTotal();
  const troubled = useAdminSessions().data?.total ?? 0;
  const sections = sectionsFor(me.role);

  return (
    <nav
      aria-label={t('nav.main')}
      className={cn(
        'order-last flex shrink-0 bg-rail pb-safe text-rail-ink md:order-first md:w-[5.5rem] md:flex-col md:items-center md:py-4',
        hiddenOnPhone && 'max-md:hidden',
      )}
    >
      <Link href="/" aria-label={t('app.name')} className="mb-5 hidden rounded-xl p-1.5 text-[#eaf4ef] md:block">
        <LogoMark className="size-9" />
      </Link>
      <div className="flex flex-1 md:w-full md:flex-col md:gap-1 md:px-2">
        {sections.map(({ href, name, Icon }) => {
          const here = pathname === href || pathname.startsWith(`${href}/`);
          const word =
            name === 'connect' && status !== undefined
              ? t(`whatsapp.status.${status}`)
              : name === 'admin' && troubled > 0
                ? t('nav.attention', { count: troubled })
                : null;
          return (
            <Link
              key={href}
              href={href}
              aria-current={here ? 'page' : undefined}
              aria-label={word === null ? undefined : `${t(`nav.${name}`)} (${word})`}
              title={word ?? undefined}
              className={cn(
                'flex min-w-0 flex-col items-center gap-1 rounded-xl max-md:flex-1 px-1 pt-2.5 pb-2 font-medium text-xs transition-colors hover:text-white',
                here ? 'text-white md:bg-rail-active' : 'md:hover:bg-rail-active/55',
              )}
            >
              <span className={cn('relative rounded-full px-4 py-1', here && 'max-md:bg-rail-active')}>
                <Icon aria-hidden className="size-[1.375rem]" strokeWidth={here ? 2.2 : 1.8} />
                {name === 'connect' && status !== undefined && (
                  <StatusDot status={status} className="-top-0.5 absolute right-2.5 ring-2 ring-rail" />
                )}
                {name === 'chats' && unread > 0 && <Count of={unread} className="bg-sun text-[#241a02]" />}
                {name === 'admin' && troubled > 0 && <Count of={troubled} className="bg-[#e5533f] text-[#1d0501]" />}
              </span>
              {t(`nav.${name}`)}
            </Link>
          );
        })}
      </div>
      <AccountMenu side="right" onShortcuts={onShortcuts}>
        <button
          type="button"
          aria-label={t('nav.account')}
          title={me.name}
          className="m-2 grid size-10 shrink-0 place-items-center self-center rounded-full bg-rail-active font-semibold text-[#d9ece3] text-sm ring-1 ring-white/12 hover:ring-white/40"
        >
          {initials(me.name) ?? 'O'}
        </button>
      </AccountMenu>
    </nav>
  );
}

function Count({ of, className }: { of: number; className: string }) {
  return (
    <span
      className={cn(
        'tnum -top-1.5 absolute left-[1.9rem] min-w-5 rounded-full px-1.5 text-center font-bold text-[0.6875rem] leading-5',
        className,
      )}
    >
      {of > 99 ? '99+' : of}
    </span>
  );
}
