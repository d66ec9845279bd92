'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import { LoginLink } from '@/app/_components/auth/login-link';
import { PasswordInput } from '@/app/_components/auth/password-input';
import { Button } from '@/app/_components/ui/button';
import { Field } from '@/app/_components/ui/field';
import { Notice } from '@/app/_components/ui/notice';
import { Spinner } from '@/app/_components/ui/spinner';
import { appErrorOf } from '@/app/_lib/app-error';
import { useTRPC } from '@/app/_lib/trpc';
import { resetPasswordInput } from '@/server/auth/schema';

const USED_UP = new Set(['INVALID_TOKEN', 'TOKEN_EXPIRED']);

/** Sets a new password with the mail's token, which works once. */
export function ResetForm({ token }: { token: string }) {
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

  if (reset.isSuccess) {
    return (
      <div className="grid gap-5">
        <Notice tone="info">{t('auth.reset.done')}</Notice>
        <LoginLink />
      </div>
    );
  }
  const known = appErrorOf(reset.error);
  const failure = known && USED_UP.has(known.code) ? t('auth.reset.usedUp') : known?.message;
  return (
    <form onSubmit={submit} noValidate className="grid gap-5">
      {reset.isError && <Notice>{failure ?? t('common.noConnection')}</Notice>}
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
  );
}
