'use client';

import Link from 'next/link';
import { useTranslations } from 'next-intl';

/** The way back to the login page. */
export function LoginLink() {
  const t = useTranslations('auth.reset');
  return (
    <p className="text-center text-muted">
      <Link href="/login" className="font-semibold text-brand underline-offset-4 hover:underline">
        {t('back')}
      </Link>
    </p>
  );
}
