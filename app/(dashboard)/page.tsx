import { Home } from '@/app/_components/shell/home';
import { requireSession } from '@/app/_lib/require-session';

export default async function HomePage() {
  await requireSession('/');
  return <Home />;
}
