import { cn } from '@/app/_lib/cn';

/** A speech bubble that is an O, with the live point in it. Decoration: the name stands beside it or on its parent. */
export function LogoMark({ className }: { className?: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 32 32" className={cn('size-8', className)}>
      <path
        d="M16 3.5C8.8 3.5 3.5 8.8 3.5 15.6c0 2.6.8 5 2.2 7l-1.5 5.2c-.2.7.4 1.3 1.1 1.1l5.3-1.5c1.7.8 3.5 1.2 5.4 1.2 7.2 0 12.5-5.6 12.5-12.9C28.5 8.8 23.2 3.5 16 3.5Zm0 5.2a7 7 0 1 1 0 14 7 7 0 0 1 0-14Z"
        fill="currentColor"
        fillRule="evenodd"
      />
      <circle cx="16" cy="15.7" r="3.1" fill="var(--sun)" />
    </svg>
  );
}

export function Logo({ className }: { className?: string }) {
  return (
    <span className={cn('inline-flex items-center gap-2', className)}>
      <LogoMark className="size-7" />
      <span className="display text-[1.375rem]">OmniWP</span>
    </span>
  );
}
