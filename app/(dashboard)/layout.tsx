import type { ReactNode } from 'react';
import { Shell } from '@/app/_components/shell/shell';

/** Each page asks for a session itself (require-session.ts): it knows where to come back to, a layout does not. */
export default function DashboardLayout({ children }: { children: ReactNode }) {
  return <Shell>{children}</Shell>;
}
