import type { Client } from 'pg';

/**
 * Names that one holder at a time has, over all processes: session-level advisory locks on a connection that ends with its process. Such a
 * lock is given twice to one connection that asks twice, so within this process the names themselves say who has one.
 */
export function createHolds(connection: () => Client | null) {
  /** null: it is being asked for. */
  const held = new Map<string, Client | null>();
  let asked: Promise<unknown> = Promise.resolve();

  /** A connection is asked one thing at a time. */
  function inTurn<Result>(ask: () => Promise<Result>): Promise<Result> {
    const answer = asked.then(ask);
    asked = answer.catch(() => {});
    return answer;
  }

  /** Where the connection is lost meanwhile it is not taken. */
  async function take(name: string): Promise<boolean> {
    const on = connection();
    const answer = await on
      ?.query<{ taken: boolean }>('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken', [name])
      .catch(() => null);
    if (!on || answer?.rows[0]?.taken !== true) return false;
    held.set(name, on);
    return true;
  }

  async function giveBack(name: string): Promise<void> {
    // a connection that is gone holds nothing
    await held
      .get(name)
      ?.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [name])
      .catch(() => {});
    held.delete(name);
  }

  return {
    async hold(name: string): Promise<(() => Promise<void>) | null> {
      if (held.has(name)) return null;
      held.set(name, null);
      if (await inTurn(() => take(name))) return () => inTurn(() => giveBack(name));
      held.delete(name);
      return null;
    },

    /** Takes on a new connection what was held on the one that was lost; what somebody else took in between is theirs too. */
    takeAgain: () =>
      inTurn(async () => {
        for (const [name, on] of held) if (on !== null && on !== connection()) await take(name);
      }),
  };
}
