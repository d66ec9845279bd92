'use client';

import { RadioGroup } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '@/app/_lib/cn';

type SegmentedProps<Value extends string> = {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: ReactNode }[];
  className?: string;
};

/** One of a few, all in sight. */
export function Segmented<Value extends string>({ label, value, onChange, options, className }: SegmentedProps<Value>) {
  const pick = (next: string) => {
    const option = options.find((candidate) => candidate.value === next);
    if (option !== undefined) onChange(option.value);
  };
  return (
    <RadioGroup.Root
      aria-label={label}
      value={value}
      onValueChange={pick}
      className={cn('inline-flex rounded-[10px] bg-sunken p-1', className)}
    >
      {options.map((option) => (
        <RadioGroup.Item
          key={option.value}
          value={option.value}
          className="inline-flex min-h-8 flex-1 items-center justify-center gap-2 whitespace-nowrap rounded-[7px] px-3 font-medium text-muted text-sm transition-colors hover:text-ink data-[state=checked]:bg-raised data-[state=checked]:font-semibold data-[state=checked]:text-ink data-[state=checked]:shadow-bubble data-[state=checked]:ring-1 data-[state=checked]:ring-line dark:data-[state=checked]:ring-transparent pointer-coarse:min-h-10"
        >
          {option.label}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}
