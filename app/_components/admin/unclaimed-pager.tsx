'use client';

import { useTranslations } from 'next-intl';
import { Button } from '@/app/_components/ui/button';
import { Spinner } from '@/app/_components/ui/spinner';
import { UNCLAIMED_PER_PAGE } from '@/app/_lib/use-unclaimed';

type UnclaimedPagerProps = {
  offset: number;
  total: number;
  /** The page that was asked for is not there yet. */
  busy: boolean;
  onTurn: (offset: number) => void;
};

/** Which messages these are of how many, and the way to the newer and the older ones. */
export function UnclaimedPager({ offset, total, busy, onTurn }: UnclaimedPagerProps) {
  const t = useTranslations('admin.unclaimed');
  const common = useTranslations('common');
  const newer = Math.max(0, offset - UNCLAIMED_PER_PAGE);
  const older = offset + UNCLAIMED_PER_PAGE;
  const range = { from: offset + 1, to: Math.min(older, total), total };
  return (
    <div className="mt-4 flex flex-wrap items-center justify-between gap-3">
      <output className="flex items-center gap-2 text-muted text-sm">
        {busy && <Spinner className="size-4" />}
        {busy ? common('loading') : t('range', range)}
      </output>
      <div className="flex gap-2">
        <Turn label={t('newer')} to={newer} possible={offset > 0} onTurn={onTurn} />
        <Turn label={t('older')} to={older} possible={older < total} onTurn={onTurn} />
      </div>
    </div>
  );
}

type TurnProps = { label: string; to: number; possible: boolean; onTurn: (offset: number) => void };

/** Not `disabled` at an end: whoever turned there by keyboard keeps their place. */
function Turn({ label, to, possible, onTurn }: TurnProps) {
  return (
    <Button
      tone="quiet"
      size="small"
      aria-disabled={!possible}
      className="aria-disabled:cursor-default aria-disabled:opacity-55"
      onClick={() => possible && onTurn(to)}
    >
      {label}
    </Button>
  );
}
