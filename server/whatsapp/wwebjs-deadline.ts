import { EngineError } from './engine';

/** A promise of the library's that must not hang: `phase` says in the log which one it was. */
export class DeadlineError extends Error {
  override name = 'DeadlineError';
  constructor(
    readonly phase: string,
    ms: number,
  ) {
    super(`${phase} took longer than ${ms} ms`);
  }
}

/**
 * Settles as `work` does, or rejects after `ms`, or with the signal's reason when the engine ends. A late rejection of `work` is
 * nobody's.
 */
export function within<T>(ms: number, phase: string, work: Promise<T>, ended?: AbortSignal): Promise<T> {
  work.catch(() => undefined);
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => settle(() => reject(new DeadlineError(phase, ms))), ms);
    const end = () => settle(() => reject(ended?.reason));
    const settle = (next: () => void): void => {
      clearTimeout(timer);
      // An engine lives for weeks: nothing of a finished call may stay behind on its signal.
      ended?.removeEventListener('abort', end);
      next();
    };
    if (ended?.aborted) return end();
    ended?.addEventListener('abort', end, { once: true });
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** How every call on a dead, stopping or unlinked engine ends. */
export const notReady = (why: string): EngineError => new EngineError('NOT_READY', 'no', why);
