import type { ReactNode } from 'react';
import { cn } from '@/app/_lib/cn';

export function Group({ title, className, children }: { title: string; className?: string; children: ReactNode }) {
  return (
    <section className={className}>
      <h2 className="mb-2.5 font-semibold text-muted text-sm">{title}</h2>
      <div className="divide-y divide-line rounded-2xl bg-surface shadow-raised ring-1 ring-line">{children}</div>
    </section>
  );
}

type RowProps = { id?: string; title: string; hint: string; children: ReactNode };

/** `id` is the control's: then the title is its label. Without one the control names itself. */
export function Row({ id, title, hint, children }: RowProps) {
  const words = 'block font-semibold';
  return (
    <div
      className={cn(
        'flex gap-x-6 gap-y-3 px-5 py-4',
        id === undefined ? 'flex-wrap items-center justify-between' : 'items-start justify-between',
      )}
    >
      <div className="min-w-0 max-w-md">
        {id === undefined ? (
          <p className={words}>{title}</p>
        ) : (
          <label htmlFor={id} className={words}>
            {title}
          </label>
        )}
        <p id={id === undefined ? undefined : `${id}-hint`} className="mt-0.5 text-pretty text-muted text-sm">
          {hint}
        </p>
      </div>
      {children}
    </div>
  );
}
