import { useTranslations } from 'next-intl';
import { Skeleton } from '@/app/_components/ui/skeleton';
import { cn } from '@/app/_lib/cn';

const SHAPES = ['w-56', 'w-40 self-end', 'w-72 self-end', 'w-48', 'w-64', 'w-36 self-end'];

export function ThreadSkeleton() {
  const t = useTranslations('common');
  return (
    <output className="mx-auto flex w-full max-w-[56rem] flex-1 flex-col justify-end gap-3 px-4 pb-4 md:px-8">
      <span className="sr-only">{t('loading')}</span>
      {SHAPES.map((shape) => (
        <Skeleton key={shape} className={cn('h-11 rounded-2xl bg-line', shape)} />
      ))}{' '}
    </output>
  );
}
