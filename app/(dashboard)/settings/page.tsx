import { SettingsView } from '@/app/_components/settings/settings-view';
import { requireSession } from '@/app/_lib/require-session';

export default async function SettingsPage() {
  await requireSession('/settings');
  return <SettingsView />;
}
