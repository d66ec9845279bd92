import { Compass } from 'lucide-react';
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import { Button } from '@/app/_components/ui/button';
import { EmptyState } from '@/app/_components/ui/empty-state';

export default async function NotFound() {
  const t = await getTranslations('errors');
  return (
    <main>
      <EmptyState icon={<Compass aria-hidden />} title={t('notFound')} lead={t('notFoundLead')} className="min-h-dvh">
        <Button asChild>
          <Link href="/">{t('home')}</Link>
        </Button>
      </EmptyState>
    </main>
  );
}
