'use client';

import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { Button } from '@/app/_components/ui/button';
import { Spinner } from '@/app/_components/ui/spinner';

const OTHER = { login: '/register', register: '/login' } as const;

/** The end of both forms: the button, and the way to the other one, which comes back to the same place. */
export function SubmitRow({ form, busy, next }: { form: keyof typeof OTHER; busy: boolean; next: string }) {
  const t = useTranslations('auth');
  const path = OTHER[form];
  return (
    <>
      <Button type="submit" disabled={busy} className="mt-1 w-full">
        {busy && <Spinner className="size-4" />}
        {t(`${form}.${busy ? 'busy' : 'submit'}`)}
      </Button>
      <p className="text-center text-muted">
        {t(`${form}.other`)}{' '}
        <Link
          href={next === '/' ? path : `${path}?next=${encodeURIComponent(next)}`}
          className="font-semibold text-brand underline-offset-4 hover:underline"
        >
          {t(`${form}.otherLink`)}
        </Link>
      </p>
    </>
  );
}
