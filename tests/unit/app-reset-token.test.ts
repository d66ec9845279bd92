import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { accountOf } from '@/app/_lib/reset-token';
import { signInvite, signReset } from '@/server/auth/tokens';

const secret = 'un-secreto-de-mas-de-treinta-y-dos-letras';

test('a mail’s token says whose password it sets, unless it plainly is none or is over', async () => {
  const email = 'ana@example.com';
  const token = await signReset(secret, email);
  expect(accountOf(token)).toBe(email);
  const over = new SignJWT({ purpose: 'reset', email }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('-1s');
  const others = [
    'garabato',
    'a.b.c',
    token.slice(0, -80),
    await signInvite(secret, 'alguien'),
    await over.sign(new TextEncoder().encode(secret)),
  ];
  expect(others.map(accountOf)).toEqual(others.map(() => null));
});
