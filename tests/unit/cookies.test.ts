import { expect, test } from 'vitest';
import { cookieNames } from '@/server/auth/cookies';

test('cookies are named by port, so that two copies on one machine do not sign each other’s users out', () => {
  const one = cookieNames({ PORT: 3000, publicUrl: 'http://localhost:3000' });
  const two = cookieNames({ PORT: 3100, publicUrl: 'http://localhost:3100' });
  expect(one).toEqual({ secure: false, prefix: 'omniwp-3000', session: 'omniwp-3000.session-token' });
  expect(two.session).not.toBe(one.session);
});

test('over https they are Secure, and say so in their name', () => {
  expect(cookieNames({ PORT: 3000, publicUrl: 'https://wa.example' })).toEqual({
    secure: true,
    prefix: '__Secure-omniwp-3000',
    session: '__Secure-omniwp-3000.session-token',
  });
});
