import { getTranslations } from 'next-intl/server';
import { AuthHeading } from '@/app/_components/auth/auth-heading';
import { LoginForm } from '@/app/_components/auth/login-form';
import { nextPath } from '@/app/_lib/next-path';

export default async function LoginPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const [t, { next }] = await Promise.all([getTranslations('auth.login'), searchParams]);
  return (
    <>
      <AuthHeading title={t('title')} lead={t('lead')} />
      <LoginForm next={nextPath(next)} />
    </>
  );
}
