import { getTranslations } from 'next-intl/server';
import { AuthHeading } from '@/app/_components/auth/auth-heading';
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
      <AuthHeading title={t('title')} lead={t('lead')} />
      <RegisterForm next={nextPath(next)} inviteToken={typeof invite === 'string' ? invite : undefined} />
    </>
  );
}
