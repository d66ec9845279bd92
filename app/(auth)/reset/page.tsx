import { getTranslations } from 'next-intl/server';
import { ForgotForm } from '@/app/_components/auth/forgot-form';
import { ResetForm } from '@/app/_components/auth/reset-form';

/** A forgotten password: without the mail's token it asks for the mail, with it for the new password. */
export default async function ResetPage({ searchParams }: { searchParams: Promise<{ token?: string | string[] }> }) {
  const [t, { token }] = await Promise.all([getTranslations('auth.reset'), searchParams]);
  const known = typeof token === 'string' && token !== '';
  return (
    <>
      <h1 className="display text-[2rem]">{t('title')}</h1>
      <p className="mt-2 mb-8 text-muted">{t(known ? 'lead' : 'forgotLead')}</p>
      {known ? <ResetForm token={token} /> : <ForgotForm />}
    </>
  );
}
