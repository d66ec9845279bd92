import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isAlive } from '@/server/embedded/alive';
import {
  command,
  connectPostgres,
  connectRedis,
  type EmbeddedApp,
  postmasterPid,
  query,
  redisPid,
  setEmbedded,
} from '@/tests/support/embedded';
import { needed } from '@/tests/support/needed';
import { waitUntil } from '@/tests/support/wait-until';

/** Kills in series, each at another moment of the writing: what was acknowledged is there, whoever was killed. */
const ROUNDS = 3;
const { newFolder, startApp } = setEmbedded();

/** Four writers on each store, one row or one increment after the other, until their connection is cut. */
async function write({ postgres, redis }: EmbeddedApp) {
  const acknowledged = { rows: 0, increments: 0 };
  const clients = await Promise.all(Array.from({ length: 4 }, () => connectPostgres(postgres)));
  const counters = await Promise.all(Array.from({ length: 4 }, () => connectRedis(redis)));
  const rows = clients.map(async (client) => {
    for (;;) {
      await client.query('INSERT INTO written DEFAULT VALUES');
      acknowledged.rows += 1;
    }
  });
  const increments = counters.map(async (counter) => {
    for (;;) {
      await counter.incr('written');
      acknowledged.increments += 1;
      await sleep(1);
    }
  });
  for (const writer of [...rows, ...increments]) writer.catch(() => {});
  return {
    acknowledged,
    /** After the kill: those whose connection still stands are ended. */
    async stop(): Promise<void> {
      await Promise.allSettled(clients.map((client) => client.end()));
      for (const counter of counters) counter.disconnect();
      await Promise.allSettled([...rows, ...increments]);
    },
  };
}

async function counts({ postgres, redis }: EmbeddedApp) {
  const [row] = await waitUntil('the database', () =>
    query<{ n: string }>(postgres, 'SELECT count(*) AS n FROM written'),
  );
  const increments = await waitUntil('redis', async () => ({ value: Number(await command(redis, 'GET', 'written')) }));
  return { rows: Number(row?.n), increments: increments.value };
}

/** What each series kills; the app is started again, the stores come back by themselves. */
const VICTIMS = {
  'the app': async (app: EmbeddedApp) => needed(app.child.pid),
  'the postmaster': (_app: EmbeddedApp, dataDir: string) => postmasterPid(dataDir),
  redis: (app: EmbeddedApp) => redisPid(app.redis),
};

for (const [name, victim] of Object.entries(VICTIMS)) {
  test(`${name} is killed ${ROUNDS} times while others write: every acknowledged write is there`, async () => {
    const dataDir = await newFolder();
    let app = await startApp(dataDir);
    await query(app.postgres, 'CREATE TABLE written (id bigint GENERATED ALWAYS AS IDENTITY)');
    const total = { rows: 0, increments: 0 };
    for (let round = 1; round <= ROUNDS; round++) {
      const writing = await write(app);
      await waitUntil('writes', () => writing.acknowledged.rows > 20 && writing.acknowledged.increments > 20);
      await sleep(37 * round);
      const pid = await victim(app, dataDir);
      process.kill(pid, 'SIGKILL');
      await waitUntil('its end', () => !isAlive(pid));
      await writing.stop();
      if (pid === app.child.pid) app = await startApp(dataDir);
      total.rows += writing.acknowledged.rows;
      total.increments += writing.acknowledged.increments;
      const found = await counts(app);
      expect(found.rows).toBeGreaterThanOrEqual(total.rows);
      expect(found.increments).toBeGreaterThanOrEqual(total.increments);
      // what was on its way and never acknowledged may be there too: one of each writer
      expect(found.rows).toBeLessThanOrEqual(total.rows + 4 * round);
      expect(found.increments).toBeLessThanOrEqual(total.increments + 4 * round);
    }
    const ended = new Promise((resolve) => app.child.once('exit', resolve));
    app.child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
}
