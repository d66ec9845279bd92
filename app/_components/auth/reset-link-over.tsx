'use client';

import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { AuthHeading } from '@/app/_components/auth/auth-heading';
import { LoginLink } from '@/app/_components/auth/login-link';
import { Button } from '@/app/_components/ui/button';

/** The mail's link was used, is too old, or is none of ours: the way to another one. */
export function ResetLinkOver() {
  const t = useTranslations('auth.reset.over');
  return (
    <>
      <AuthHeading title={t('title')} lead={t('lead')} focused />
      <div className="grid gap-5">
        <Button asChild className="w-full">
          <Link href="/reset">{t('ask')}</Link>
        </Button>
        <LoginLink />
      </div>
    </>
  );
}
