export const LOCALES = ['es', 'en'] as const;
export type AppLocale = (typeof LOCALES)[number];

export const LOCALE_COOKIE = 'NEXT_LOCALE';

export function isLocale(value: string | undefined): value is AppLocale {
  return value === 'es' || value === 'en';
}

/** The language of a page: the cookie, else what the browser prefers, else Spanish. */
export function pickLocale(cookie: string | undefined, acceptLanguage: string | null): AppLocale {
  if (isLocale(cookie)) return cookie;
  const preferred = (acceptLanguage ?? '')
    .split(',')
    .map((part, index) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const quality = parameters.find((parameter) => parameter.trim().startsWith('q='))?.split('=')[1];
      return { language: tag.slice(0, 2), q: Number(quality ?? 1), index };
    })
    .toSorted((a, b) => b.q - a.q || a.index - b.index)
    .find(({ language, q }) => isLocale(language) && q > 0);
  return preferred?.language === 'en' ? 'en' : 'es';
}
