import type { ReactNode } from 'react';
import { cn } from '@/app/_lib/cn';

export function Card({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <section className={cn('rounded-2xl bg-surface p-5 shadow-raised ring-1 ring-line sm:p-8', className)}>
      {children}
    </section>
  );
}

type StateCardProps = { icon: ReactNode; tone?: 'brand' | 'warn' | 'danger'; title: string; children: ReactNode };

const TONES = {
  brand: 'bg-brand-soft text-brand',
  warn: 'bg-warn-soft text-warn',
  danger: 'bg-danger-soft text-danger',
};

/** A state in one look: a sign, what it is, what to do about it. */
export function StateCard({ icon, tone = 'brand', title, children }: StateCardProps) {
  return (
    <Card className="flex flex-col gap-5 sm:flex-row sm:gap-7">
      <div
        aria-hidden
        className={cn(
          'grid size-14 shrink-0 place-items-center rounded-[1.25rem] rounded-bl-md [&_svg]:size-7',
          TONES[tone],
        )}
      >
        {icon}
      </div>
      <div className="min-w-0 max-w-xl flex-1">
        <h2 className="display text-[1.375rem]">{title}</h2>
        {children}
      </div>
    </Card>
  );
}

export function Lead({ children }: { children: ReactNode }) {
  return <p className="mt-2 text-pretty text-muted">{children}</p>;
}

export function Actions({ children }: { children: ReactNode }) {
  return <div className="mt-6 flex flex-wrap items-center gap-3">{children}</div>;
}
