import type { ComponentProps } from 'react';
import { Button } from '@/app/_components/ui/button';
import { cn } from '@/app/_lib/cn';

type IconButtonProps = Omit<ComponentProps<typeof Button>, 'size' | 'aria-label'> & { label: string };

/** A square button whose words are for screen readers and the tooltip; 40 px, so a thumb hits it. */
export function IconButton({ label, className, tone = 'ghost', ...props }: IconButtonProps) {
  return (
    <Button
      aria-label={label}
      title={label}
      tone={tone}
      size="icon"
      className={cn('text-muted', className)}
      {...props}
    />
  );
}
