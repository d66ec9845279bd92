import '@fontsource-variable/archivo/wdth.css';
import './globals.css';
import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import { NextIntlClientProvider } from 'next-intl';
import { getLocale, getTranslations } from 'next-intl/server';
import { ThemeProvider } from 'next-themes';
import type { ReactNode } from 'react';
import { ApiProvider } from '@/app/_lib/trpc';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('app');
  // One title for every page: the count of unread messages is written before it (unread-title.tsx).
  return { title: t('name'), description: t('description'), applicationName: t('name') };
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  interactiveWidget: 'resizes-content',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f3f5f1' },
    { media: '(prefers-color-scheme: dark)', color: '#0d1412' },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [locale, head] = await Promise.all([getLocale(), headers()]);
  return (
    <html lang={locale === 'es' ? 'es-AR' : 'en'} suppressHydrationWarning>
      <body className="font-sans">
        <ThemeProvider attribute="class" nonce={head.get('x-nonce') ?? undefined} enableSystem>
          <NextIntlClientProvider>
            <ApiProvider>{children}</ApiProvider>
          </NextIntlClientProvider>
        </ThemeProvider>
      </body>
    </html>
  );
}
