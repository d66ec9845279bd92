'use client';

import { useSyncExternalStore } from 'react';
import { readText, writeText } from '@/app/_lib/browser-store';

const KEY = 'omniwp:notifications';
const listeners = new Set<() => void>();
const open = new Map<string, Notification>();

/** `unavailable`: a plain http page, or a browser without them. `refused`: only the browser's own settings can change that. */
export type NotificationState = 'unavailable' | 'refused' | 'off' | 'on';

export const notifications = {
  get(): NotificationState {
    if (typeof Notification === 'undefined' || !window.isSecureContext) return 'unavailable';
    if (Notification.permission === 'denied') return 'refused';
    return Notification.permission === 'granted' && readText(KEY) === 'on' ? 'on' : 'off';
  },
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
  /** Asks the browser, so it must come from a click. */
  async switch(on: boolean) {
    if (on && Notification.permission === 'default') await Notification.requestPermission();
    writeText(KEY, on && Notification.permission === 'granted' ? 'on' : null);
    for (const listener of listeners) listener();
  },
  /** One per `tag` (a chat): a newer one takes its place. Nothing while somebody looks at this tab. */
  show(tag: string, title: string, body: string, onClick: () => void) {
    if (document.visibilityState === 'visible' || notifications.get() !== 'on') return;
    try {
      const shown = new Notification(title, { body, tag, icon: '/icon.svg' });
      shown.onclick = () => {
        window.focus();
        shown.close();
        onClick();
      };
      open.set(tag, shown);
    } catch {
      // Chrome on Android has them for service workers only.
    }
  },
  /** It was read, here or elsewhere. */
  close(tag: string) {
    open.get(tag)?.close();
    open.delete(tag);
  },
};

export function useNotificationState(): NotificationState {
  return useSyncExternalStore(notifications.subscribe, notifications.get, () => 'unavailable');
}
