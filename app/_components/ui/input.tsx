import type { ComponentProps } from 'react';
import { cn } from '@/app/_lib/cn';

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return (
    <input
      className={cn(
        'h-11 w-full rounded-[10px] bg-surface px-3.5 text-ink ring-1 ring-line-strong ring-inset transition-shadow placeholder:text-muted/75 focus-visible:outline-none focus-visible:ring-2 focus-visible:ring-ring aria-invalid:ring-danger',
        className,
      )}
      {...props}
    />
  );
}
