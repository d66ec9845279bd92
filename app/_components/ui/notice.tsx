import { CircleAlert, Info } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '@/app/_lib/cn';

const TONES = {
  danger: 'bg-danger-soft text-danger',
  warn: 'bg-warn-soft text-warn',
  info: 'bg-brand-soft text-ink',
} as const;

/** A line of its own that says what happened. `danger` interrupts a screen reader, the others wait. */
export function Notice({
  tone = 'danger',
  className,
  children,
}: {
  tone?: keyof typeof TONES;
  className?: string;
  children: ReactNode;
}) {
  const Icon = tone === 'info' ? Info : CircleAlert;
  return (
    <div
      role={tone === 'danger' ? 'alert' : 'status'}
      className={cn('flex items-start gap-2.5 rounded-[10px] px-3.5 py-2.5 text-sm', TONES[tone], className)}
    >
      <Icon aria-hidden className="mt-px size-[1.125rem] shrink-0" />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}
