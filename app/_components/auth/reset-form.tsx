'use client';

import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import { AuthHeading } from '@/app/_components/auth/auth-heading';
import { LoginLink } from '@/app/_components/auth/login-link';
import { PasswordInput } from '@/app/_components/auth/password-input';
import { ResetLinkOver } from '@/app/_components/auth/reset-link-over';
import { Button } from '@/app/_components/ui/button';
import { Field } from '@/app/_components/ui/field';
import { Notice } from '@/app/_components/ui/notice';
import { Spinner } from '@/app/_components/ui/spinner';
import { appErrorOf } from '@/app/_lib/app-error';
import { useTRPC } from '@/app/_lib/trpc';
import { resetPasswordInput } from '@/server/auth/schema';

const OVER = new Set(['INVALID_TOKEN', 'TOKEN_EXPIRED']);

/** Sets a new password with the mail's token, which works once. `email` is for password managers. */
export function ResetForm({ token, email }: { token: string; email: string }) {
  const t = useTranslations();
  const trpc = useTRPC();
  const reset = useMutation(trpc.auth.resetPassword.mutationOptions());
  const [invalid, setInvalid] = useState(false);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const parsed = resetPasswordInput.safeParse({
      token,
      newPassword: new FormData(event.currentTarget).get('password'),
    });
    setInvalid(!parsed.success);
    if (parsed.success) reset.mutate(parsed.data);
  };

  if (reset.isSuccess) return <Done />;
  const failure = appErrorOf(reset.error);
  if (failure && OVER.has(failure.code)) return <ResetLinkOver />;
  return (
    <>
      <AuthHeading title={t('auth.reset.title')} lead={t('auth.reset.lead')} />
      <form onSubmit={submit} noValidate className="grid gap-5">
        {reset.isError && <Notice>{failure?.message ?? t('common.noConnection')}</Notice>}
        <input type="text" name="email" autoComplete="username" value={email} readOnly hidden />
        <Field
          id="password"
          label={t('auth.reset.password')}
          hint={t('auth.passwordHint')}
          error={invalid ? t('auth.field.password') : undefined}
        >
          {(control) => <PasswordInput {...control} name="password" autoComplete="new-password" />}
        </Field>
        <Button type="submit" disabled={reset.isPending} className="mt-1 w-full">
          {reset.isPending && <Spinner className="size-4" />}
          {t('auth.reset.submit')}
        </Button>
        <LoginLink />
      </form>
    </>
  );
}

function Done() {
  const t = useTranslations('auth');
  return (
    <>
      <AuthHeading title={t('reset.done.title')} lead={t('reset.done.lead')} focused />
      <Button asChild className="w-full">
        <Link href="/login">{t('login.submit')}</Link>
      </Button>
    </>
  );
}
