'use client';

import { useRouter } from 'next/navigation';
import { useLocale } from 'next-intl';
import { useTransition } from 'react';
import { type AppLocale, LOCALE_COOKIE } from '@/app/_lib/i18n/locale';

/** The page's language and a function that changes it: the cookie is for the server, which then draws the page anew. */
export function useLocaleSwitch(): [AppLocale, (next: AppLocale) => void] {
  const locale = useLocale();
  const router = useRouter();
  const [, startTransition] = useTransition();
  const change = (next: AppLocale) => {
    // The Cookie Store API is missing on plain http pages
    document.cookie = `${LOCALE_COOKIE}=${next}; path=/; max-age=31536000; samesite=lax`;
    startTransition(() => router.refresh());
  };
  return [locale, change];
}
