'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import { AuthHeading } from '@/app/_components/auth/auth-heading';
import { EmailField } from '@/app/_components/auth/email-field';
import { LoginLink } from '@/app/_components/auth/login-link';
import { Button } from '@/app/_components/ui/button';
import { Notice } from '@/app/_components/ui/notice';
import { Spinner } from '@/app/_components/ui/spinner';
import { appErrorOf } from '@/app/_lib/app-error';
import { useTRPC } from '@/app/_lib/trpc';
import { forgotPasswordInput } from '@/server/auth/schema';

/** Asks for the mail. What it says afterwards is the same for every address. */
export function ForgotForm() {
  const t = useTranslations();
  const trpc = useTRPC();
  const forgot = useMutation(trpc.auth.forgotPassword.mutationOptions());
  const [invalid, setInvalid] = useState(false);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const parsed = forgotPasswordInput.safeParse({ email: new FormData(event.currentTarget).get('email') });
    setInvalid(!parsed.success);
    if (parsed.success) forgot.mutate(parsed.data);
  };

  return (
    <>
      <AuthHeading title={t('auth.reset.title')} lead={t('auth.reset.forgotLead')} />
      <form onSubmit={submit} noValidate className="grid gap-5">
        {forgot.isError && <Notice>{appErrorOf(forgot.error)?.message ?? t('common.noConnection')}</Notice>}
        {forgot.isSuccess && <Notice tone="info">{t('auth.reset.sent')}</Notice>}
        <EmailField error={invalid ? t('auth.field.email') : undefined} />
        <Button type="submit" disabled={forgot.isPending} className="mt-1 w-full">
          {forgot.isPending && <Spinner className="size-4" />}
          {t('auth.reset.ask')}
        </Button>
        <LoginLink />
      </form>
    </>
  );
}
