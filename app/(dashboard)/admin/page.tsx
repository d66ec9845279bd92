import { AdminView } from '@/app/_components/admin/admin-view';
import { requireSession } from '@/app/_lib/require-session';

export default async function AdminPage() {
  await requireSession('/admin');
  return <AdminView />;
}
