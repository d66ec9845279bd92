import type { NetworkEvent } from '@/sandbox/events';
import { h } from './dom';
import { type Language, type Texts, texts } from './texts';

/** One screen at a time; it draws itself into `body` and is told what happens on the network while it is shown. */
export type Screen = {
  header: (Node | string)[];
  body: HTMLElement;
  footer?: HTMLElement;
  refresh(): Promise<void>;
  happened?(event: NetworkEvent): void;
};

export type App = {
  texts: Texts;
  go(path: string): void;
  /** Shows what went wrong. */
  fail(error: unknown): void;
  tell(text: string): void;
};

const stored = (name: string): string | null => localStorage.getItem(name);

export function createPreferences() {
  const language: Language = (stored('language') ?? navigator.language).startsWith('en') ? 'en' : 'es';
  const theme = stored('theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  document.documentElement.dataset.theme = theme;
  document.documentElement.lang = language;
  return {
    language,
    theme,
    set(name: 'language' | 'theme', value: string): void {
      localStorage.setItem(name, value);
      location.reload();
    },
  };
}

export function createToast(host: HTMLElement) {
  let timer = 0;
  const toast = h('div', { class: 'toast', role: 'status', 'aria-live': 'polite' });
  host.append(toast);
  return (text: string, kind: 'good' | 'bad'): void => {
    toast.textContent = text;
    toast.dataset.kind = kind;
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      toast.textContent = '';
    }, 5000);
  };
}

export const textsOf = (language: Language): Texts => texts[language];

/** The time of day; with the date when it was not today. */
export function clock(ms: number): string {
  const date = new Date(ms);
  const { lang } = document.documentElement;
  const time = date.toLocaleTimeString(lang, { hour: '2-digit', minute: '2-digit' });
  if (date.toDateString() === new Date().toDateString()) return time;
  return `${date.toLocaleDateString(lang, { day: 'numeric', month: 'numeric' })} ${time}`;
}

/** Two letters on a colour that stays with the name. */
export function avatar(name: string): HTMLElement {
  const letters = name
    .split(/\s+/)
    .map((word) => /\p{L}/u.exec(word)?.[0] ?? '')
    .join('')
    .slice(0, 2);
  const hue = [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7);
  const element = h('span', { class: 'avatar', 'aria-hidden': 'true' }, letters.toUpperCase());
  element.style.setProperty('--hue', String(hue));
  return element;
}

/** ✓ sent, ✓✓ delivered, blue ✓✓ read. */
export function ticks(ack: number, words: readonly string[]): HTMLElement {
  const label = words[Math.min(Math.max(ack, 0), 3)] ?? '';
  const text = ack <= 0 ? '…' : ack === 1 ? '✓' : '✓✓';
  return h('span', { class: ack >= 3 ? 'ticks read' : 'ticks', role: 'img', 'aria-label': label, title: label }, text);
}
