'use client';

import { Switch as Radix } from 'radix-ui';
import type { ComponentProps } from 'react';
import { cn } from '@/app/_lib/cn';

export function Switch({ className, ...props }: ComponentProps<typeof Radix.Root>) {
  return (
    <Radix.Root
      className={cn(
        'relative h-7 w-12 shrink-0 rounded-full bg-line-strong transition-colors after:absolute after:-inset-2 data-[state=checked]:bg-brand disabled:opacity-55',
        className,
      )}
      {...props}
    >
      <Radix.Thumb className="block size-5.5 translate-x-[3px] rounded-full bg-white shadow-raised transition-transform data-[state=checked]:translate-x-[23px]" />
    </Radix.Root>
  );
}
