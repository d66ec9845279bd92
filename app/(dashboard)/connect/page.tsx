import { ConnectView } from '@/app/_components/connect/connect-view';
import { requireSession } from '@/app/_lib/require-session';

export default async function ConnectPage() {
  await requireSession('/connect');
  return <ConnectView />;
}
