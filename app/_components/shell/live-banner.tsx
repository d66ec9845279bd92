'use client';

import { Check, WifiOff } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { Spinner } from '@/app/_components/ui/spinner';
import { cn } from '@/app/_lib/cn';
import { useConnection } from '@/app/_lib/live';

const PATIENCE_MS = 1_200;
const BACK_MS = 3_000;

type Shown = 'nothing' | 'reconnecting' | 'offline' | 'back';

/** Says when live updates are interrupted, and that they are back. A hiccup of a second is not worth a word. */
export function LiveBanner() {
  const t = useTranslations('live');
  const { state } = useConnection();
  const [shown, setShown] = useState<Shown>('nothing');

  useEffect(() => {
    if (state === 'lost') {
      const name = () => setShown(navigator.onLine ? 'reconnecting' : 'offline');
      const timer = setTimeout(name, PATIENCE_MS);
      const changed = () =>
        setShown((before) => (before === 'nothing' ? before : navigator.onLine ? 'reconnecting' : 'offline'));
      window.addEventListener('online', changed);
      window.addEventListener('offline', changed);
      return () => {
        clearTimeout(timer);
        window.removeEventListener('online', changed);
        window.removeEventListener('offline', changed);
      };
    }
    const back = setTimeout(() => setShown((before) => (before === 'nothing' ? before : 'back')), 0);
    const away = setTimeout(() => setShown('nothing'), BACK_MS);
    return () => {
      clearTimeout(back);
      clearTimeout(away);
    };
  }, [state]);

  return (
    <output data-testid="live-banner" data-state={shown} className="block shrink-0">
      {shown !== 'nothing' && (
        <p
          className={cn(
            'flex min-h-9 animate-enter items-center justify-center gap-2 px-4 py-1.5 text-center font-medium text-sm',
            shown === 'back' ? 'bg-brand-soft text-ink' : 'bg-warn-soft text-warn',
          )}
        >
          {shown === 'reconnecting' && <Spinner className="size-4" />}
          {shown === 'offline' && <WifiOff aria-hidden className="size-4" />}
          {shown === 'back' && <Check aria-hidden className="size-4" />}
          {t(shown)}
        </p>
      )}
    </output>
  );
}
