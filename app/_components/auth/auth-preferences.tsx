'use client';

import { Languages, SunMoon } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useTheme } from 'next-themes';
import { Button } from '@/app/_components/ui/button';
import { IconButton } from '@/app/_components/ui/icon-button';
import { useLocaleSwitch } from '@/app/_lib/use-locale-switch';

/** Before signing in: the other language and the other appearance, one touch each. */
export function AuthPreferences() {
  const t = useTranslations();
  const [locale, setLocale] = useLocaleSwitch();
  const { resolvedTheme, setTheme } = useTheme();
  const other = locale === 'es' ? 'en' : 'es';
  return (
    <div className="flex items-center gap-1">
      <Button tone="ghost" size="small" className="text-muted" lang={other} onClick={() => setLocale(other)}>
        <Languages aria-hidden className="size-4" />
        {t(`language.${other}`)}
      </Button>
      <IconButton label={t('nav.theme')} onClick={() => setTheme(resolvedTheme === 'dark' ? 'light' : 'dark')}>
        <SunMoon aria-hidden className="size-5" />
      </IconButton>
    </div>
  );
}
