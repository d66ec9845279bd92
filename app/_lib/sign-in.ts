'use client';

import { signIn } from 'next-auth/react';

export const SIGN_IN_ERRORS = [
  'INVALID_CREDENTIALS',
  'TOO_MANY_ATTEMPTS',
  'LIMITS_UNAVAILABLE',
  'SHUTTING_DOWN',
  'INTERNAL',
] as const;
export type SignInError = (typeof SIGN_IN_ERRORS)[number];

/** Opens the cookie session; null when it worked, else a code that has words under `auth.error`. Throws when offline. */
export async function openSession(credentials: { email: string; password: string }): Promise<SignInError | null> {
  const result = await signIn('credentials', { ...credentials, redirect: false });
  if (result?.ok && !result.error) return null;
  // next-auth says CredentialsSignin when `authorize` found nobody; a code that it threw arrives as it is.
  if (result?.error === 'CredentialsSignin') return 'INVALID_CREDENTIALS';
  return SIGN_IN_ERRORS.find((code) => code === result?.error) ?? 'INTERNAL';
}
