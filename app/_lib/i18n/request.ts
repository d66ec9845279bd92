import { cookies, headers } from 'next/headers';
import { getRequestConfig } from 'next-intl/server';
import { LOCALE_COOKIE, pickLocale } from '@/app/_lib/i18n/locale';
import en from './en.json';
import es from './es.json';

const MESSAGES = { es, en };

export default getRequestConfig(async () => {
  const [jar, head] = await Promise.all([cookies(), headers()]);
  const locale = pickLocale(jar.get(LOCALE_COOKIE)?.value, head.get('accept-language'));
  // Dates are written in the browser, in its own zone (app/_lib/format.ts); the server writes none.
  return { locale, messages: MESSAGES[locale], timeZone: 'UTC' };
});
