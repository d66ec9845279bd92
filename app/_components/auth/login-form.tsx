'use client';

import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import { EmailField } from '@/app/_components/auth/email-field';
import { PasswordInput } from '@/app/_components/auth/password-input';
import { SubmitRow } from '@/app/_components/auth/submit-row';
import { Field } from '@/app/_components/ui/field';
import { Notice } from '@/app/_components/ui/notice';
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
      <EmailField error={invalid.email && t('auth.field.email')} />
      <Field id="password" label={t('auth.password')} error={invalid.password && t('auth.field.passwordMissing')}>
        {(control) => <PasswordInput {...control} name="password" autoComplete="current-password" />}
      </Field>
      <SubmitRow form="login" busy={busy} next={next} />
      <p className="-mt-3 text-center text-muted">
        <Link href="/reset" className="underline-offset-4 hover:underline">
          {t('auth.reset.link')}
        </Link>
      </p>
    </form>
  );
}
