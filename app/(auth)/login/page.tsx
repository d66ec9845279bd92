import { getTranslations } from 'next-intl/server';
import { LoginForm } from '@/app/_components/auth/login-form';
import { nextPath } from '@/app/_lib/next-path';

export default async function LoginPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const [t, { next }] = await Promise.all([getTranslations('auth.login'), searchParams]);
  return (
    <>
      <h1 className="display text-[2rem]">{t('title')}</h1>
      <p className="mt-2 mb-8 text-muted">{t('lead')}</p>
      <LoginForm next={nextPath(next)} />
    </>
  );
}
