import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { AppLocale } from '@/app/_lib/i18n/locale';

// Dates are written in the browser's own zone, with the habits of the page's language.
const TAG: Record<AppLocale, string> = { es: 'es-AR', en: 'en-US' };

const formats = new Map<string, Intl.DateTimeFormat>();
function dateFormat(locale: AppLocale, key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const id = `${locale}:${key}`;
  const found = formats.get(id) ?? new Intl.DateTimeFormat(TAG[locale], options);
  formats.set(id, found);
  return found;
}

/** 15:04, or 3:04 PM in English. */
export function clockTime(date: Date, locale: AppLocale): string {
  return dateFormat(locale, 'clock', {
    hour: locale === 'en' ? 'numeric' : '2-digit',
    minute: '2-digit',
    hour12: locale === 'en',
  }).format(date);
}

/** The whole moment, for titles and screen readers. */
export function fullTime(date: Date, locale: AppLocale): string {
  return dateFormat(locale, 'full', { dateStyle: 'long', timeStyle: 'short', hour12: locale === 'en' }).format(date);
}

/** The day alone: 3 de marzo de 2026. */
export function longDate(date: Date, locale: AppLocale): string {
  return dateFormat(locale, 'date', { dateStyle: 'long' }).format(date);
}

/** A day of the browser's zone as 2026-11-24. */
export function dayKey(date: Date): string {
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;
}

/** Whole calendar days from `date` until `now`: 0 is today, 1 yesterday. */
export function daysAgo(date: Date, now: Date): number {
  const midnight = (value: Date) => Date.UTC(value.getFullYear(), value.getMonth(), value.getDate());
  return Math.round((midnight(now) - midnight(date)) / 86_400_000);
}

type DayWords = { today: string; yesterday: string };

/** Above a day's messages: Hoy, Ayer, lunes, lunes 3 de marzo; with the year when it is another one. */
export function dayHeading(date: Date, now: Date, locale: AppLocale, words: DayWords): string {
  const days = daysAgo(date, now);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  if (days > 1 && days < 7) return dateFormat(locale, 'weekday', { weekday: 'long' }).format(date);
  const sameYear = date.getFullYear() === now.getFullYear();
  return sameYear
    ? dateFormat(locale, 'dayMonth', { weekday: 'long', day: 'numeric', month: 'long' }).format(date)
    : dateFormat(locale, 'dayMonthYear', { day: 'numeric', month: 'long', year: 'numeric' }).format(date);
}

/** In the list of chats: a time today, Ayer, a weekday within the week, else a short date. */
export function listTime(date: Date, now: Date, locale: AppLocale, yesterday: string): string {
  const days = daysAgo(date, now);
  if (days <= 0) return clockTime(date, locale);
  if (days === 1) return yesterday;
  if (days < 7) return dateFormat(locale, 'shortWeekday', { weekday: 'short' }).format(date);
  return dateFormat(locale, 'short', { day: 'numeric', month: 'numeric', year: '2-digit' }).format(date);
}

/** «hace 5 minutos», «5 minutes ago». */
export function timeAgo(date: Date, now: Date, locale: AppLocale): string {
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000);
  const format = new Intl.RelativeTimeFormat(TAG[locale], { numeric: 'auto' });
  if (Math.abs(seconds) < 60) return format.format(0, 'minute');
  if (Math.abs(seconds) < 3600) return format.format(Math.trunc(seconds / 60), 'minute');
  if (Math.abs(seconds) < 86_400) return format.format(Math.trunc(seconds / 3600), 'hour');
  return format.format(Math.trunc(seconds / 86_400), 'day');
}

/** Seconds as minutes and seconds: 3:15. */
export function countdown(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** +5491123456789 as people of that country write it abroad; what cannot be read stays as it is. */
export function formatPhone(phone: string): string {
  return parsePhoneNumberFromString(phone)?.formatInternational() ?? phone;
}

/** One or two letters for an avatar; null where a name has none. */
export function initials(name: string | null): string | null {
  const words = (name ?? '').split(/\s+/u).flatMap((word) => word.match(/\p{L}/u)?.[0] ?? []);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].filter((letter) => letter !== undefined);
  return letters.length > 0 ? letters.join('').toLocaleUpperCase() : null;
}
