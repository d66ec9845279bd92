import { UserRound } from 'lucide-react';
import { cn } from '@/app/_lib/cn';
import { initials } from '@/app/_lib/format';

const TINTS = [
  'bg-[#d8eadf] text-[#0b553f] dark:bg-[#17382d] dark:text-[#8fdcbc]',
  'bg-[#f7e6bf] text-[#6b4700] dark:bg-[#3a2d10] dark:text-[#f0c878]',
  'bg-[#dbe6f5] text-[#1d4677] dark:bg-[#182a40] dark:text-[#9cc4f2]',
  'bg-[#f6dcd5] text-[#7d2f1c] dark:bg-[#3d211a] dark:text-[#f0ab98]',
  'bg-[#e6def2] text-[#4d3379] dark:bg-[#2b2140] dark:text-[#c6b0ee]',
  'bg-[#d5ebee] text-[#10505a] dark:bg-[#13343a] dark:text-[#8bd3de]',
] as const;

function tintOf(id: string): string {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + character.charCodeAt(0)) % 9_973;
  return TINTS[sum % TINTS.length] ?? TINTS[0];
}

/** A bubble with initials; the colour follows the chat, so it is the same everywhere. */
export function Avatar({ id, name, className }: { id: string; name: string | null; className?: string }) {
  const letters = initials(name);
  return (
    <span
      aria-hidden
      className={cn(
        'grid size-12 shrink-0 select-none place-items-center rounded-[1.125rem] rounded-bl-md font-semibold text-[0.9375rem]',
        tintOf(id),
        className,
      )}
    >
      {letters ?? <UserRound className="size-5" />}
    </span>
  );
}
