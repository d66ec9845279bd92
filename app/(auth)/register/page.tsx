import { getTranslations } from 'next-intl/server';
import { RegisterForm } from '@/app/_components/auth/register-form';
import { nextPath } from '@/app/_lib/next-path';

export default async function RegisterPage({
  searchParams,
}: {
  searchParams: Promise<{ next?: string | string[]; invite?: string | string[] }>;
}) {
  const [t, { next, invite }] = await Promise.all([getTranslations('auth.register'), searchParams]);
  return (
    <>
      <h1 className="display text-[2rem]">{t('title')}</h1>
      <p className="mt-2 mb-8 text-muted">{t('lead')}</p>
      <RegisterForm next={nextPath(next)} inviteToken={typeof invite === 'string' ? invite : undefined} />
    </>
  );
}
