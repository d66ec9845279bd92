import type { ReactNode } from 'react';
import { Shell } from '@/app/_components/shell/shell';
import { hasSession } from '@/app/_lib/require-session';

/**
 * The frame for who is signed in. Without a session the page alone is drawn: it sends people to the login page, since it knows where
 * to come back to, and a layout does not.
 */
export default async function DashboardLayout({ children }: { children: ReactNode }) {
  return (await hasSession()) ? <Shell>{children}</Shell> : children;
}
