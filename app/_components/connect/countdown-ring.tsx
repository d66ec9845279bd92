'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { countdown } from '@/app/_lib/format';

const RADIUS = 15;
const LENGTH = 2 * Math.PI * RADIUS;

/** Time left until `expiresAt`. The whole is what was left when the code was first seen: how long codes live is WhatsApp's to say. */
export function CountdownRing({ expiresAt, now }: { expiresAt: Date; now: number }) {
  const t = useTranslations('connect.qr');
  const [begun, setBegun] = useState({ expiresAt, at: now });
  if (begun.expiresAt.getTime() !== expiresAt.getTime()) setBegun({ expiresAt, at: now });
  const left = Math.max(0, expiresAt.getTime() - now);
  const whole = Math.max(1, expiresAt.getTime() - begun.at);
  const seconds = Math.ceil(left / 1000);
  return (
    <span
      role="timer"
      aria-label={t('timeLeftLabel', { minutes: Math.floor(seconds / 60), seconds: seconds % 60 })}
      className="inline-flex items-center gap-2.5"
    >
      <svg aria-hidden="true" viewBox="0 0 36 36" className="-rotate-90 size-9">
        <circle cx="18" cy="18" r={RADIUS} fill="none" stroke="var(--line)" strokeWidth="4" />
        <circle
          cx="18"
          cy="18"
          r={RADIUS}
          fill="none"
          stroke={seconds <= 5 ? 'var(--sun)' : 'var(--brand)'}
          strokeWidth="4"
          strokeLinecap="round"
          strokeDasharray={LENGTH}
          strokeDashoffset={LENGTH * (1 - Math.min(1, left / whole))}
        />
      </svg>
      <span aria-hidden className="tnum min-w-11 font-semibold">
        {countdown(seconds)}
      </span>
    </span>
  );
}
