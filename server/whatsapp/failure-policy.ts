import type { EngineFailure } from './engine';
import { isShortage, needsAction } from './session-status';
import type { Timing } from './session-timing';

export type FailurePolicy =
  /** Codes were shown to nobody for long enough. */
  | { kind: 'park' }
  /** Without a link, and where only a person can help: say what is wrong, and wait for one. */
  | { kind: 'give-up' }
  /** `hopeless`: shown as an error, and tried again seldom all the same, since a link is kept, or WhatsApp's page may change again. */
  | { kind: 'retry'; after: number; hopeless: boolean };

/** What follows a lost engine: the link is kept in every case. `failures` counts those in a row, this one included. */
export function policyAfter(
  lost: { code: EngineFailure['code'] | null; linked: boolean; failures: number; pairingFor: number | null },
  timing: Timing,
): FailurePolicy {
  const { code, linked, failures, pairingFor } = lost;
  if (code === 'PAIRING_IDLE') {
    const shownLongEnough = pairingFor === null || pairingFor >= timing.pairing;
    return shownLongEnough ? { kind: 'park' } : { kind: 'retry', after: 0, hopeless: false };
  }
  const last = timing.backoff.at(-1) ?? timing.seldom;
  if (code !== null && isShortage(code))
    return linked ? { kind: 'retry', after: last, hopeless: true } : { kind: 'give-up' };
  const limit = linked ? timing.maxFailures.linked : timing.maxFailures.unlinked;
  // a network that is away for an hour is no reason to come back ten minutes late
  const mayPass = linked && (code === 'CONNECTION_LOST' || code === 'PAGE_UNREACHABLE');
  const hopeless = (failures >= limit && !mayPass) || (code !== null && needsAction(code));
  // each try opens the page that WhatsApp has by then
  if (hopeless && !linked && code !== 'WHATSAPP_CHANGED') return { kind: 'give-up' };
  if (hopeless) return { kind: 'retry', after: timing.seldom, hopeless };
  return { kind: 'retry', after: timing.backoff[failures - 1] ?? last, hopeless };
}
