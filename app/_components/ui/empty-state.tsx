import type { ReactNode } from 'react';
import { cn } from '@/app/_lib/cn';

type EmptyStateProps = {
  icon: ReactNode;
  title: string;
  lead?: string | undefined;
  className?: string;
  children?: ReactNode;
};

/** What a place says when there is nothing in it yet, and what to do about it. */
export function EmptyState({ icon, title, lead, className, children }: EmptyStateProps) {
  return (
    <div className={cn('flex flex-col items-center justify-center gap-1 px-8 py-12 text-center', className)}>
      <div className="mb-3 grid size-14 place-items-center rounded-[1.25rem] rounded-bl-md bg-brand-soft text-brand [&_svg]:size-6">
        {icon}
      </div>
      <p className="font-semibold text-base">{title}</p>
      {lead !== undefined && <p className="max-w-72 text-pretty text-muted text-sm">{lead}</p>}
      {children !== undefined && <div className="mt-4 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}
