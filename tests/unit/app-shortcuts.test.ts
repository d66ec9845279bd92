import { expect, test } from 'vitest';
import { shortcutOf } from '@/app/_lib/shortcuts';

const press = (key: string, more: Partial<Parameters<typeof shortcutOf>[0]> = {}) => ({
  key,
  code: '',
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  ...more,
});
const free = { editing: false, singleKeys: true };
const editing = { editing: true, singleKeys: true };

test('with Ctrl or Cmd it works everywhere', () => {
  expect(shortcutOf(press('k', { ctrlKey: true }), editing)).toBe('search');
  expect(shortcutOf(press('K', { metaKey: true }), free)).toBe('search');
});

test('Alt goes by the place of the key: macOS types other characters with it', () => {
  expect(shortcutOf(press('∆', { altKey: true, code: 'KeyJ' }), editing)).toBe('next');
  expect(shortcutOf(press('˚', { altKey: true, code: 'KeyK' }), editing)).toBe('previous');
});

test('letters are letters while somebody writes, and when they are switched off', () => {
  for (const [key, name] of [
    ['r', 'compose'],
    ['n', 'newChat'],
    ['?', 'list'],
  ] as const) {
    expect(shortcutOf(press(key), free)).toBe(name);
    expect(shortcutOf(press(key), editing)).toBeNull();
    expect(shortcutOf(press(key), { editing: false, singleKeys: false })).toBeNull();
  }
  expect(shortcutOf(press('Escape'), editing)).toBe('close');
});

test('what browsers keep stays theirs', () => {
  for (const key of ['n', 't', 'w', 'r', 'f', 'p']) expect(shortcutOf(press(key, { ctrlKey: true }), free)).toBeNull();
});
