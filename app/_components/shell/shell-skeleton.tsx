import { useTranslations } from 'next-intl';
import { LogoMark } from '@/app/_components/shell/logo';

/** The frame while it is not yet known who is here. */
export function ShellSkeleton() {
  const t = useTranslations('common');
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <div className="order-last h-16 shrink-0 bg-rail md:order-first md:h-auto md:w-[5.5rem]" />
      <output className="grid flex-1 place-items-center text-brand">
        <LogoMark className="size-12 animate-shimmer" />
        <span className="sr-only">{t('loading')}</span>
      </output>
    </div>
  );
}
