'use client';

import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import { PasswordInput } from '@/app/_components/auth/password-input';
import { Button } from '@/app/_components/ui/button';
import { Field } from '@/app/_components/ui/field';
import { Input } from '@/app/_components/ui/input';
import { Notice } from '@/app/_components/ui/notice';
import { Spinner } from '@/app/_components/ui/spinner';
import { openSession } from '@/app/_lib/sign-in';
import { loginInput } from '@/server/auth/schema';

export function LoginForm({ next }: { next: string }) {
  const t = useTranslations();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [invalid, setInvalid] = useState<{ email?: true; password?: true }>({});

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const parsed = loginInput.safeParse({ email: form.get('email'), password: form.get('password') });
    setFailure(null);
    if (!parsed.success) {
      const fields = new Set(parsed.error.issues.map(({ path }) => path[0]));
      setInvalid({ ...(fields.has('email') && { email: true }), ...(fields.has('password') && { password: true }) });
      return;
    }
    setInvalid({});
    setBusy(true);
    try {
      const error = await openSession(parsed.data);
      // A whole load, so that nothing of whoever was here before stays in memory.
      if (error === null) return window.location.assign(next);
      setFailure(t(`auth.error.${error}`));
    } catch {
      setFailure(t('common.noConnection'));
    }
    setBusy(false);
  };

  return (
    <form onSubmit={submit} noValidate className="grid gap-5">
      {failure !== null && <Notice>{failure}</Notice>}
      <Field id="email" label={t('auth.email')} error={invalid.email && t('auth.field.email')}>
        {(control) => (
          <Input
            {...control}
            name="email"
            type="email"
            inputMode="email"
            autoComplete="username"
            autoCapitalize="none"
          />
        )}
      </Field>
      <Field id="password" label={t('auth.password')} error={invalid.password && t('auth.field.passwordMissing')}>
        {(control) => <PasswordInput {...control} name="password" autoComplete="current-password" />}
      </Field>
      <Button type="submit" disabled={busy} className="mt-1 w-full">
        {busy && <Spinner className="size-4" />}
        {t(busy ? 'auth.login.busy' : 'auth.login.submit')}
      </Button>
      <p className="text-center text-muted">
        {t('auth.login.other')}{' '}
        <Link
          href={next === '/' ? '/register' : `/register?next=${encodeURIComponent(next)}`}
          className="font-semibold text-brand underline-offset-4 hover:underline"
        >
          {t('auth.login.otherLink')}
        </Link>
      </p>
    </form>
  );
}
