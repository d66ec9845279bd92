'use client';

import { Monitor, Moon, Sun } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useTheme } from 'next-themes';
import { MenuLabel, MenuRadioGroup, MenuRadioItem, MenuSeparator } from '@/app/_components/ui/menu';
import { isLocale, LOCALES } from '@/app/_lib/i18n/locale';

export const THEMES = [
  { value: 'light', Icon: Sun },
  { value: 'dark', Icon: Moon },
  { value: 'system', Icon: Monitor },
] as const;

type PreferenceItemsProps = { locale: string; onLocale: (locale: (typeof LOCALES)[number]) => void };

/** Language and appearance, as items of a menu. */
export function PreferenceItems({ locale, onLocale }: PreferenceItemsProps) {
  const t = useTranslations();
  const { theme, setTheme } = useTheme();
  return (
    <>
      <MenuLabel>{t('nav.language')}</MenuLabel>
      <MenuRadioGroup value={locale} onValueChange={(value) => isLocale(value) && onLocale(value)}>
        {LOCALES.map((value) => (
          <MenuRadioItem key={value} value={value} lang={value}>
            {t(`language.${value}`)}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
      <MenuSeparator />
      <MenuLabel>{t('nav.theme')}</MenuLabel>
      <MenuRadioGroup value={theme ?? 'system'} onValueChange={setTheme}>
        {THEMES.map(({ value, Icon }) => (
          <MenuRadioItem key={value} value={value}>
            <Icon aria-hidden className="size-4 text-muted" />
            {t(`theme.${value}`)}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
    </>
  );
}
