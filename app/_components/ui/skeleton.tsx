import { cn } from '@/app/_lib/cn';

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn('animate-shimmer rounded-md bg-sunken', className)} />;
}
