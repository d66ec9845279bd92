'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { AccountMenu } from '@/app/_components/shell/account-menu';
import { LogoMark } from '@/app/_components/shell/logo';
import { SECTIONS } from '@/app/_components/shell/sections';
import { StatusDot } from '@/app/_components/shell/status-dot';
import { useUnreadTotal } from '@/app/_components/shell/unread-title';
import { cn } from '@/app/_lib/cn';
import { initials } from '@/app/_lib/format';
import { useWhatsapp } from '@/app/_lib/use-whatsapp';
import { useWorkspace } from '@/app/_lib/workspace';

/** A rail at the left; on a phone a bar below, which makes room while a conversation is open. */
export function Nav({ hiddenOnPhone, onShortcuts }: { hiddenOnPhone: boolean; onShortcuts: () => void }) {
  const t = useTranslations();
  const pathname = usePathname();
  const { me } = useWorkspace();
  const status = useWhatsapp().data?.status;
  const unread = useUnreadTotal();

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
      <div className="grid flex-1 auto-rows-min grid-cols-3 md:w-full md:grid-cols-1 md:gap-1 md:px-2">
        {SECTIONS.map(({ href, name, Icon }) => {
          const here = pathname === href || pathname.startsWith(`${href}/`);
          const word = name === 'connect' && status !== undefined ? t(`whatsapp.status.${status}`) : null;
          return (
            <Link
              key={href}
              href={href}
              aria-current={here ? 'page' : undefined}
              aria-label={word === null ? undefined : `${t(`nav.${name}`)} (${word})`}
              title={word ?? undefined}
              className={cn(
                'flex flex-col items-center gap-1 rounded-xl px-1 pt-2.5 pb-2 font-medium text-xs transition-colors hover:text-white',
                here ? 'text-white md:bg-rail-active' : 'md:hover:bg-rail-active/55',
              )}
            >
              <span className={cn('relative rounded-full px-4 py-1', here && 'max-md:bg-rail-active')}>
                <Icon aria-hidden className="size-[1.375rem]" strokeWidth={here ? 2.2 : 1.8} />
                {name === 'connect' && status !== undefined && (
                  <StatusDot status={status} className="-top-0.5 absolute right-2.5 ring-2 ring-rail" />
                )}
                {name === 'chats' && unread > 0 && (
                  <span className="tnum -top-1.5 absolute left-[1.9rem] min-w-5 rounded-full bg-sun px-1.5 text-center font-bold text-[#241a02] text-[0.6875rem] leading-5">
                    {unread > 99 ? '99+' : unread}
                  </span>
                )}
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
