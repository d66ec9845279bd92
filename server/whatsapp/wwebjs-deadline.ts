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

/** Settles as `work` does, or rejects after `ms`, or as soon as `died` does. A late rejection of `work` is nobody's. */
export function within<T>(ms: number, phase: string, work: Promise<T>, died?: Promise<never>): Promise<T> {
  work.catch(() => undefined);
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new DeadlineError(phase, ms)), ms);
    const settle = <V>(next: (value: V) => void) => {
      return (value: V) => {
        clearTimeout(timer);
        next(value);
      };
    };
    work.then(settle(resolve), settle(reject));
    died?.catch(settle(reject));
  });
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** How every call on a dead, stopping or unlinked engine ends. */
export const notReady = (why: string): EngineError => new EngineError('NOT_READY', 'no', why);
