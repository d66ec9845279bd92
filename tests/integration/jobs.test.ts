import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { type JobHandlers, enqueue } from '@/server/jobs/queue';
import { createWorker } from '@/server/jobs/worker';
import { sqlOf } from '@/server/sql';
import { createFakeNetwork } from '@/tests/support/fake-engine';
import { createTestNode, eventually, type TestNode } from '@/tests/support/node';
import { setStores } from '@/tests/support/stores';

/** Jobs run when their transaction commits, in whichever process, and survive the one that was doing them. */

const stores = setStores();
const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

type Seen = { done: string[]; begun: string[] };

/** A process with a worker whose send_message does as it is told. */
async function process(
  onSend: (messageId: string) => Promise<void> = async () => {},
): Promise<Seen & { node: TestNode }> {
  const node = await createTestNode({
    databaseUrl: stores.databaseUrl,
    redisUrl: stores.redisUrl,
    factory: createFakeNetwork().factory,
  });
  const seen: Seen = { done: [], begun: [] };
  const handlers: JobHandlers = {
    async send_message({ messageId }) {
      seen.begun.push(messageId);
      await onSend(messageId);
      seen.done.push(messageId);
    },
    settle_attempt: async () => {},
    recheck_waiting: async () => {},
    reset_password_mail: async () => {},
    tidy: async () => {},
  };
  const worker = await createWorker({ pool: node.pool, nodeId: node.nodeId, logger: node.logger, handlers });
  cleanUps.push(async () => {
    await worker.stop();
    await node.close();
  });
  return { node, ...seen };
}

const add = ({ node }: { node: TestNode }, more = {}) => {
  const messageId = randomUUID();
  return enqueue(node.db.sql.one, 'send_message', { messageId }, more).then(() => messageId);
};

describe('a job', () => {
  test('runs when its transaction commits, and never was when it is rolled back', async () => {
    const one = await process();
    const [kept, lost, byPrisma] = [randomUUID(), randomUUID(), randomUUID()];
    const { db } = one.node;
    await db.sql.transaction((sql) => enqueue(sql, 'send_message', { messageId: kept }));
    await db.$transaction((tx) => enqueue(sqlOf(tx), 'send_message', { messageId: byPrisma }));
    const failed = db.sql.transaction(async (sql) => {
      await enqueue(sql, 'send_message', { messageId: lost });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    const last = await add(one);
    await eventually('the last', async () => one.done.includes(last));
    expect(one.done.toSorted()).toEqual([kept, byPrisma, last].toSorted());
  });

  test('that throws is tried again, and what is kept of it quotes nobody', async () => {
    let times = 0;
    const one = await process(async () => {
      times += 1;
      if (times === 1) throw new Error('secreto de +5491134567890');
    });
    const id = await add(one);
    await eventually('it to fail', async () => times === 1);
    const kept = await eventually('what is kept', async () => {
      const [row] = await one.node.db.sql.one<{ lastError: string }>`
        SELECT last_error FROM graphile_worker.jobs WHERE last_error IS NOT NULL`;
      return row;
    });
    expect(kept.lastError).toBe('send_message failed');
    await eventually('it to be done', async () => one.done.includes(id));
  });

  test('of a key waits once, for the newest time; or for the one it has', async () => {
    const one = await process();
    const key = randomUUID();
    const later = new Date(Date.now() + 3_600_000);
    const first = await add(one, { key, runAt: later });
    await add(one, { key, keepTime: true });
    const last = await add(one);
    await eventually('another', async () => one.done.includes(last));
    expect(one.begun).toEqual([last]);
    const now = await add(one, { key });
    await eventually('it to be due', async () => one.done.includes(now));
    expect(one.begun).not.toContain(first);
  });
});

describe('a process that is killed', () => {
  test('over a job leaves it to another, within seconds', async () => {
    let release = () => {};
    const released = new Promise<void>((done) => (release = done));
    const victim = await process(() => released);
    cleanUps.push(async () => release());
    const id = await add(victim);
    await eventually('it to begin', async () => victim.begun.includes(id));
    const other = await process();
    // while it lives nobody takes it
    const second = await add(other);
    await eventually('another job', async () => [...other.done, ...victim.begun].includes(second));
    expect(other.begun).not.toContain(id);
    // as the database sees a SIGKILL: its lock is gone, its jobs are still locked
    await victim.node.bus.close();
    await eventually('it to be taken over', async () => other.done.includes(id));
    expect(other.begun.filter((one) => one === id)).toHaveLength(1);
  });
});

test('a database that cuts every connection off is gone back to', async () => {
  const one = await process();
  const admin = new Client({ connectionString: stores.databaseUrl });
  await admin.connect();
  await admin.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await admin.end();
  const id = await eventually('the database to take a job', () => add(one).catch(() => null));
  await eventually('it to be done', async () => one.done.includes(id));
});

test('a name that is held has one holder over all processes, and is free when its process ends; a lost connection changes nothing', async () => {
  const [one, two] = [(await process()).node, (await process()).node];
  const name = randomUUID();
  const letGo = await one.bus.hold(name);
  expect(letGo).not.toBeNull();
  expect([await one.bus.hold(name), await two.bus.hold(name)]).toEqual([null, null]);
  const back = new Promise<void>((done) => one.bus.onReturn(done));
  await two.db.sql.one`
    SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()
      AND (classid::bigint << 32 | objid::bigint) = hashtextextended(${name}, 0)`;
  await back;
  // what is asked after it was taken again is answered after it
  await (await one.bus.hold(randomUUID()))?.();
  expect([await one.bus.hold(name), await two.bus.hold(name)]).toEqual([null, null]);
  await letGo?.();
  const again = await two.bus.hold(name);
  expect(again).not.toBeNull();
  expect(await one.bus.hold(name)).toBeNull();
  await two.bus.close();
  await eventually('it to be free', () => one.bus.hold(name));
});
