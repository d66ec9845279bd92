import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { loginPath } from '@/app/_lib/next-path';

// The prefix is the server's to choose (two copies on one machine share a cookie jar). A cookie that grows past 4 KB is split by next-auth into `….0`, `….1`.
const SESSION_COOKIE = /^(__Secure-)?[\w-]+\.session-token(\.\d+)?$/;

/**
 * Sends people without a session cookie to the login page before a page is drawn. Whether the cookie still counts only the
 * server's API knows: an answer 401 sends them there too (app/_lib/trpc.tsx).
 */
export async function requireSession(path: string): Promise<void> {
  const jar = await cookies();
  if (!jar.getAll().some(({ name }) => SESSION_COOKIE.test(name))) redirect(loginPath(path));
}
