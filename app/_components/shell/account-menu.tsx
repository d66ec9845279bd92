'use client';

import { useMutation } from '@tanstack/react-query';
import { Keyboard, LogOut } from 'lucide-react';
import { signOut } from 'next-auth/react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { PreferenceItems } from '@/app/_components/shell/preferences-menu';
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '@/app/_components/ui/menu';
import type { AppLocale } from '@/app/_lib/i18n/locale';
import { expectSignOut, useTRPC } from '@/app/_lib/trpc';
import { useLocaleSwitch } from '@/app/_lib/use-locale-switch';
import { useWorkspace } from '@/app/_lib/workspace';

type AccountMenuProps = { side: 'right' | 'top'; onShortcuts: () => void; children: ReactNode };

export function AccountMenu({ side, onShortcuts, children }: AccountMenuProps) {
  const t = useTranslations('nav');
  const api = useTRPC();
  const { me } = useWorkspace();
  const [locale, setLocale] = useLocaleSwitch();
  const logout = useMutation(api.auth.logout.mutationOptions());
  const settings = useMutation(api.settings.update.mutationOptions());

  const changeLocale = (next: AppLocale) => {
    setLocale(next);
    settings.mutate({ locale: next });
  };
  const leave = async () => {
    expectSignOut();
    // The session ends on the server first; the cookie goes even when that cannot be reached.
    await logout.mutateAsync().catch(() => null);
    await signOut({ redirect: false }).catch(() => null);
    window.location.assign('/login');
  };

  return (
    <Menu>
      <MenuTrigger asChild>{children}</MenuTrigger>
      <MenuContent side={side} align="end">
        <div className="px-2.5 pt-1.5 pb-2">
          <p className="truncate font-semibold">{me.name}</p>
          <p className="truncate text-muted text-sm">{me.email}</p>
        </div>
        <MenuSeparator />
        <PreferenceItems locale={locale} onLocale={changeLocale} />
        <MenuSeparator />
        <MenuItem onSelect={onShortcuts} className="pointer-coarse:hidden">
          <Keyboard aria-hidden className="size-4 text-muted" />
          {t('shortcuts')}
        </MenuItem>
        <MenuItem onSelect={() => void leave()}>
          <LogOut aria-hidden className="size-4 text-muted" />
          {t('logout')}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
