'use client';

import { useTranslations } from 'next-intl';
import { useSyncExternalStore } from 'react';
import { Dialog } from '@/app/_components/ui/dialog';
import { useSingleKeys } from '@/app/_lib/shortcuts';

const ROWS = [
  { name: 'search', keys: ['Mod', 'K'], single: false },
  { name: 'next', keys: ['Alt', 'J'], single: false },
  { name: 'previous', keys: ['Alt', 'K'], single: false },
  { name: 'compose', keys: ['R'], single: true },
  { name: 'newChat', keys: ['N'], single: true },
  { name: 'send', keys: ['Enter'], single: false },
  { name: 'newLine', keys: ['Shift', 'Enter'], single: false },
  { name: 'close', keys: ['Esc'], single: false },
  { name: 'list', keys: ['?'], single: true },
] as const;

const never = () => () => {};

export function ShortcutsDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations('shortcuts');
  const [singleKeys] = useSingleKeys();
  const mod = useSyncExternalStore(
    never,
    () => (/Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl'),
    () => 'Ctrl',
  );
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t('title')}>
      <dl className="grid gap-1">
        {ROWS.filter(({ single }) => !single || singleKeys).map(({ name, keys }) => (
          <div key={name} className="flex min-h-9 items-center justify-between gap-4">
            <dt>{t(name)}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <kbd
                  key={key}
                  className="min-w-7 rounded-md bg-sunken px-2 py-0.5 text-center font-sans font-semibold text-muted text-xs ring-1 ring-line ring-inset"
                >
                  {key === 'Mod' ? mod : key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      {!singleKeys && <p className="mt-3 text-muted text-sm">{t('off')}</p>}
    </Dialog>
  );
}
