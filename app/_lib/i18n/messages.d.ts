import type { AppLocale } from '@/app/_lib/i18n/locale';
import type es from './es.json';

declare module 'next-intl' {
  interface AppConfig {
    Locale: AppLocale;
    Messages: typeof es;
  }
}
