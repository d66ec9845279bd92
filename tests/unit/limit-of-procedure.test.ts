import { expect, test } from 'vitest';
import { type DeclaredLimit, limitOf } from '@/server/limits/of-procedure';

const of = (declared: DeclaredLimit | undefined, via: 'cookie' | 'bearer', channel?: unknown) =>
  limitOf({ declared, type: 'mutation', via }, async () => channel);

test('a message counts by its channel for a program, and as one of the composer’s for the dashboard', async () => {
  expect(await of('message', 'bearer', 'email')).toBe('email');
  for (const channel of ['whatsapp', 'whatsapp_web', undefined, null, 7, ['email']]) {
    expect(await of('message', 'bearer', channel)).toBe('whatsapp');
  }
  expect(await of('message', 'cookie', 'email')).toBe('chat');
  expect(await of('compose', 'cookie')).toBe('chat');
  expect(await of('compose', 'bearer')).toBe('general');
});

test('what says nothing is a write where it changes something, and free where it does not', async () => {
  expect(await of(undefined, 'bearer')).toBe('general');
  expect(await of(undefined, 'cookie')).toBe('dashboard');
  for (const type of ['query', 'subscription'] as const) {
    for (const via of ['cookie', 'bearer'] as const) {
      expect(await limitOf({ declared: undefined, type, via }, async () => null)).toBeNull();
    }
  }
});

test('the dashboard reads as it likes', async () => {
  expect(await of('whatsappRead', 'cookie')).toBeNull();
  expect(await of('whatsappRead', 'bearer')).toBe('whatsappRead');
});
