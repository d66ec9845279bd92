import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { loginPath } from '@/app/_lib/next-path';

// The prefix is the server's to choose (two copies on one machine share a cookie jar). A cookie that grows past 4 KB is split by next-auth into `….0`, `….1`.
const SESSION_COOKIE = /^(__Secure-)?[\w-]+\.session-token(\.\d+)?$/;

/** Whether the browser brought a session. Whether it still counts only the server's API knows: its 401 ends at the login page too. */
export async function hasSession(): Promise<boolean> {
  const jar = await cookies();
  return jar.getAll().some(({ name }) => SESSION_COOKIE.test(name));
}

/** Sends people without a session to the login page, which comes back to `path`, before a page is drawn. */
export async function requireSession(path: string): Promise<void> {
  if (!(await hasSession())) redirect(loginPath(path));
}
