import { cva, type VariantProps } from 'class-variance-authority';
import { Slot } from 'radix-ui';
import type { ComponentProps } from 'react';
import { cn } from '@/app/_lib/cn';

const button = cva(
  'inline-flex shrink-0 select-none items-center justify-center gap-2 whitespace-nowrap rounded-[10px] font-semibold transition-colors duration-100 disabled:pointer-events-none disabled:opacity-55 [&_svg]:shrink-0',
  {
    variants: {
      tone: {
        brand: 'bg-brand text-on-brand hover:bg-brand-strong',
        quiet: 'bg-surface text-ink ring-1 ring-line-strong ring-inset hover:bg-hover',
        ghost: 'text-ink hover:bg-sunken',
        danger: 'text-danger ring-1 ring-danger/35 ring-inset hover:bg-danger-soft',
        alarm: 'bg-danger text-white hover:brightness-110 dark:text-[#2a0d0a]',
      },
      size: {
        small: 'h-9 px-3.5 text-sm pointer-coarse:h-10',
        medium: 'h-11 px-5',
        large: 'h-13 px-7 text-[1.0625rem]',
        icon: 'size-10',
      },
    },
    defaultVariants: { tone: 'brand', size: 'medium' },
  },
);

type ButtonProps = ComponentProps<'button'> & VariantProps<typeof button> & { asChild?: boolean };

export function Button({ className, tone, size, asChild = false, type = 'button', ...props }: ButtonProps) {
  if (asChild) return <Slot.Root className={cn(button({ tone, size }), className)} {...props} />;
  return <button type={type} className={cn(button({ tone, size }), className)} {...props} />;
}
