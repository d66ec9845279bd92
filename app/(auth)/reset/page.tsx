import { ForgotForm } from '@/app/_components/auth/forgot-form';
import { ResetForm } from '@/app/_components/auth/reset-form';
import { ResetLinkOver } from '@/app/_components/auth/reset-link-over';
import { accountOf } from '@/app/_lib/reset-token';

/** A forgotten password: without the mail's token it asks for the mail, with it for the new password. */
export default async function ResetPage({ searchParams }: { searchParams: Promise<{ token?: string | string[] }> }) {
  const { token } = await searchParams;
  if (token === undefined || token === '') return <ForgotForm />;
  const email = typeof token === 'string' ? accountOf(token) : null;
  return typeof token === 'string' && email !== null ? <ResetForm token={token} email={email} /> : <ResetLinkOver />;
}
