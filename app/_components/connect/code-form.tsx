'use client';

import { useTranslations } from 'next-intl';
import type { FormEvent } from 'react';
import type { LinkActions } from '@/app/_components/connect/use-link-actions';
import { Button } from '@/app/_components/ui/button';
import { Field } from '@/app/_components/ui/field';
import { Input } from '@/app/_components/ui/input';
import { Spinner } from '@/app/_components/ui/spinner';

/** Asks for the number that gets a pairing code. */
export function CodeForm({ actions }: { actions: LinkActions }) {
  const t = useTranslations('connect.code');
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const phone = new FormData(event.currentTarget).get('phone');
    if (typeof phone === 'string' && phone.trim() !== '') actions.link(phone);
  };
  return (
    <form onSubmit={submit} className="grid max-w-md gap-3">
      <p className="text-muted">{t('lead')}</p>
      <Field
        id="link-phone"
        label={t('phone')}
        hint={t('phoneHint')}
        error={actions.invalidPhone ? (actions.failure ?? undefined) : undefined}
      >
        {(control) => (
          <Input
            {...control}
            name="phone"
            type="tel"
            inputMode="tel"
            autoComplete="tel"
            placeholder={t('placeholder')}
          />
        )}
      </Field>
      <Button type="submit" disabled={actions.busy} className="mt-1 justify-self-start">
        {actions.busy && <Spinner className="size-4" />}
        {t('button')}
      </Button>
    </form>
  );
}
