import { AppError } from '@/server/errors';

/** Clocks differ, and a request takes its time. */
const PAST_MS = 60_000;
const AHEAD_DAYS = 366;
const DAY_MS = 86_400_000;

/** What the words of a refusal say of a moment that is no time to send at. */
const FAULTS = {
  past: {
    es: 'Ese momento ya pasó. Sin fecha sale enseguida.',
    en: 'That moment is past. Without one it leaves at once.',
  },
  far: { es: `A lo sumo ${AHEAD_DAYS} días adelante.`, en: `At most ${AHEAD_DAYS} days ahead.` },
};

/**
 * Throws INVALID_INPUT for what is past by more than a minute, or further ahead than a year. It is looked at when a message is made,
 * and not with the rest of its input: the same request again, with its Idempotency-Key, has its answer also after its time.
 */
export function assertTimely(scheduledAt: string | undefined): void {
  if (scheduledAt === undefined) return;
  const ahead = new Date(scheduledAt).getTime() - Date.now();
  const fault = ahead < -PAST_MS ? FAULTS.past : ahead > AHEAD_DAYS * DAY_MS ? FAULTS.far : null;
  if (fault) throw new AppError('INVALID_INPUT', { faults: [{ field: 'scheduledAt', ...fault }] });
}
