'use client';

import { useEffect, useRef, useSyncExternalStore } from 'react';
import { readText, writeText } from '@/app/_lib/browser-store';

export type Shortcut = 'search' | 'next' | 'previous' | 'compose' | 'newChat' | 'list' | 'close';

type Key = Pick<KeyboardEvent, 'key' | 'code' | 'altKey' | 'ctrlKey' | 'metaKey'>;

/**
 * What a key press asks for. `editing`: a text box has the focus, so letters are letters. Letters alone can be switched off
 * (people who dictate set them off by speaking). Alt goes by the key's place: with it macOS types other characters.
 */
export function shortcutOf(
  key: Key,
  { editing, singleKeys }: { editing: boolean; singleKeys: boolean },
): Shortcut | null {
  const mod = key.ctrlKey || key.metaKey;
  if (mod && !key.altKey && key.key.toLowerCase() === 'k') return 'search';
  if (mod) return null;
  if (key.altKey) return key.code === 'KeyJ' ? 'next' : key.code === 'KeyK' ? 'previous' : null;
  if (key.key === 'Escape') return 'close';
  if (editing || !singleKeys) return null;
  if (key.key === '?') return 'list';
  if (key.key.toLowerCase() === 'r') return 'compose';
  return key.key.toLowerCase() === 'n' ? 'newChat' : null;
}

function isEditing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Calls the handler of a shortcut. Nothing while a dialog or menu is open: those have keys of their own. */
export function useShortcuts(handlers: Partial<Record<Shortcut, () => void>>): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      if (document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null) return;
      const options = { editing: isEditing(event.target), singleKeys: singleKeys.get() };
      const shortcut = shortcutOf(event, options);
      const handler = shortcut === null ? undefined : latest.current[shortcut];
      if (handler === undefined) return;
      event.preventDefault();
      handler();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}

const KEY = 'omniwp:single-keys';
const listeners = new Set<() => void>();
const singleKeys = {
  get: () => readText(KEY) !== 'off',
  set(on: boolean) {
    writeText(KEY, on ? null : 'off');
    for (const listener of listeners) listener();
  },
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
};

/** The switch for shortcuts of one key, kept in this browser. */
export function useSingleKeys(): [boolean, (on: boolean) => void] {
  const on = useSyncExternalStore(singleKeys.subscribe, singleKeys.get, () => true);
  return [on, singleKeys.set];
}
