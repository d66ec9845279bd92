'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import { EmailField } from '@/app/_components/auth/email-field';
import { PasswordInput } from '@/app/_components/auth/password-input';
import { SubmitRow } from '@/app/_components/auth/submit-row';
import { Field } from '@/app/_components/ui/field';
import { Input } from '@/app/_components/ui/input';
import { Notice } from '@/app/_components/ui/notice';
import { appErrorOf } from '@/app/_lib/app-error';
import { openSession } from '@/app/_lib/sign-in';
import { useTRPC } from '@/app/_lib/trpc';
import { registerInput } from '@/server/auth/schema';

const FIELDS = ['name', 'email', 'password'] as const;
type FieldErrors = Partial<Record<(typeof FIELDS)[number], string>>;

export function RegisterForm({ next, inviteToken }: { next: string; inviteToken: string | undefined }) {
  const t = useTranslations();
  const trpc = useTRPC();
  const register = useMutation(trpc.auth.register.mutationOptions());
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [invalid, setInvalid] = useState<FieldErrors>({});

  const explain = (error: unknown) => {
    const known = appErrorOf(error);
    const marked = (known?.details ?? []).flatMap((detail) => {
      const field = FIELDS.find((name) => name === detail.field);
      return field === undefined ? [] : [[field, detail.message] as const];
    });
    setInvalid(known?.code === 'EMAIL_ALREADY_EXISTS' ? { email: known.message } : Object.fromEntries(marked));
    if (known?.code !== 'EMAIL_ALREADY_EXISTS') setFailure(known?.message ?? t('common.noConnection'));
  };

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const parsed = registerInput.safeParse({
      ...Object.fromEntries(FIELDS.map((field) => [field, form.get(field)])),
      inviteToken,
    });
    setFailure(null);
    if (!parsed.success) {
      const fields = new Set(parsed.error.issues.map(({ path }) => path[0]));
      setInvalid(
        Object.fromEntries(FIELDS.filter((name) => fields.has(name)).map((name) => [name, t(`auth.field.${name}`)])),
      );
      return;
    }
    setInvalid({});
    setBusy(true);
    try {
      await register.mutateAsync(parsed.data);
      const error = await openSession(parsed.data);
      if (error === null) return window.location.assign(next);
      setFailure(t(`auth.error.${error}`));
    } catch (error) {
      explain(error);
    }
    setBusy(false);
  };

  return (
    <form onSubmit={submit} noValidate className="grid gap-5">
      {failure !== null && <Notice>{failure}</Notice>}
      <Field id="name" label={t('auth.name')} error={invalid.name}>
        {(control) => <Input {...control} name="name" autoComplete="name" />}
      </Field>
      <EmailField error={invalid.email} />
      <Field id="password" label={t('auth.password')} hint={t('auth.passwordHint')} error={invalid.password}>
        {(control) => <PasswordInput {...control} name="password" autoComplete="new-password" />}
      </Field>
      <SubmitRow form="register" busy={busy} next={next} />
    </form>
  );
}
