import type { Pool, PoolClient } from 'pg';
import type { SessionFiles } from '@/server/whatsapp/session-files';

/**
 * Kills one node of a test right before its n-th step, a step being a statement to the database (BEGIN and COMMIT too) or a move of
 * its files: from there on nothing that it begins is ever done, and `cut` takes its connections away, as a SIGKILL would.
 */
export type FaultPoints = ReturnType<typeof createFaultPoints>;

export function createFaultPoints() {
  let taken = 0;
  let last = Number.POSITIVE_INFINITY;
  const clients = new Set<PoolClient>();
  let tellDeath = (): void => undefined;
  const died = new Promise<void>((resolve) => {
    tellDeath = resolve;
  });

  async function step(): Promise<void> {
    if (taken < last) {
      taken += 1;
      return;
    }
    tellDeath();
    await new Promise(() => {});
  }

  return {
    died,
    taken: () => taken,
    /** `steps` more from now on, and no other. */
    dieAfter(steps: number): void {
      last = taken + steps;
    },

    watchPool(pool: Pool): void {
      pool.on('connect', (client) => {
        clients.add(client);
        client.on('error', () => {});
        const query = client.query.bind(client) as (...args: unknown[]) => unknown;
        const gated = (...args: unknown[]) => {
          const answer = step().then(() => query(...args));
          // with a callback the answer goes there
          return typeof args.at(-1) === 'function' ? undefined : answer;
        };
        Object.assign(client, { query: gated });
      });
    },

    watchFiles(files: SessionFiles): SessionFiles {
      return {
        ...files,
        prepareProfile: (...args) => step().then(() => files.prepareProfile(...args)),
        quarantineBefore: (...args) => step().then(() => files.quarantineBefore(...args)),
      };
    },

    /** The database sees the connections end, and undoes what was not committed. */
    cut(): void {
      last = 0;
      for (const client of clients) {
        if ('connection' in client) (client.connection as { stream: { destroy(): void } }).stream.destroy();
      }
    },
  };
}
