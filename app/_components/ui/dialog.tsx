'use client';

import { X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { IconButton } from '@/app/_components/ui/icon-button';
import { cn } from '@/app/_lib/cn';

type DialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  lead?: string;
  className?: string;
  children: ReactNode;
};

/** A sheet from below on a phone, a box in the middle elsewhere. Focus stays inside, Esc closes, focus goes back. */
export function Dialog({ open, onOpenChange, title, lead, className, children }: DialogProps) {
  const t = useTranslations('common');
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-[#06110d]/55 data-[state=open]:animate-enter" />
        <Radix.Content
          {...(lead === undefined ? { 'aria-describedby': undefined } : {})}
          className={cn(
            'fixed inset-x-0 bottom-0 z-50 max-h-[92dvh] overflow-y-auto rounded-t-2xl bg-surface p-5 pb-[max(1.25rem,env(safe-area-inset-bottom))] shadow-float ring-1 ring-line data-[state=open]:animate-enter sm:inset-0 sm:m-auto sm:h-fit sm:w-[27rem] sm:rounded-2xl sm:p-6',
            className,
          )}
        >
          <div className="mb-4 pr-9">
            <Radix.Title className="display text-xl">{title}</Radix.Title>
            {lead !== undefined && <Radix.Description className="mt-1.5 text-muted">{lead}</Radix.Description>}
          </div>
          {children}
          {/* Last, so that what the dialog is about gets the focus first. */}
          <Radix.Close asChild>
            <IconButton label={t('close')} className="absolute top-3 right-3">
              <X aria-hidden className="size-5" />
            </IconButton>
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
