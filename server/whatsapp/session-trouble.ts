import type { PageChange } from './engine';
import type { StatusReason } from './schema';
import type { Phase } from './session-status';

type Failed = Extract<Phase, { kind: 'failed' }>;

/** Since when a session fails: the first failure counts, however often it is tried again, until it gets somewhere. */
export function createTrouble() {
  let since: Date | null = null;
  return {
    /** `after`: until the next try, ms; null: it is not tried again before somebody asks. */
    phase(reason: StatusReason, after: number | null, page: PageChange | null = null): Failed {
      since ??= new Date();
      const retryAt = after === null ? null : new Date(Date.now() + after);
      return { kind: 'failed', reason, since, retryAt, page };
    },

    /** A phase that is shown from now on. */
    note({ kind }: Phase): void {
      const onTheWay = kind === 'starting' || kind === 'syncing' || kind === 'reconnecting';
      if (kind !== 'failed' && !onTheWay) since = null;
    },
  };
}
