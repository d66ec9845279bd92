'use client';

import { useTranslations } from 'next-intl';
import { Field } from '@/app/_components/ui/field';
import { Input } from '@/app/_components/ui/input';

/** The address that an account goes by; password managers take it for the user's name. */
export function EmailField({ error }: { error: string | undefined }) {
  const t = useTranslations('auth');
  return (
    <Field id="email" label={t('email')} error={error}>
      {(control) => (
        <Input {...control} name="email" type="email" inputMode="email" autoComplete="username" autoCapitalize="none" />
      )}
    </Field>
  );
}
