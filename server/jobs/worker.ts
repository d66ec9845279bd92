import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseCronItems, run, type Runner, type TaskList, type WorkerEvents } from 'graphile-worker';
import type { Pool } from 'pg';
import type { Logger } from '@/server/logger';
import { jobsLogger } from './logger';
import { type JobHandlers, type JobName, type JobPayload, JOBS } from './queue';
import { createReaper } from './reaper';

const AT_A_TIME = 10;
/** Each of those who look for jobs, three times in a row. */
const MISSES = 3 * AT_A_TIME;

const CRON = parseCronItems([
  {
    task: 'recheck_waiting',
    match: '* * * * *',
    identifier: 'recheck_waiting',
    options: { jobKey: 'recheck_waiting' },
  },
  { task: 'tidy', match: '17 * * * *', identifier: 'tidy', options: { jobKey: 'tidy' } },
]);

/**
 * Runs jobs in this process, ten at a time, from now until `stop`. One that throws is tried again later, ever more seldom. A worker
 * that ends (a database that was away too long) is started again.
 */
export async function createWorker(parts: { pool: Pool; nodeId: string; logger: Logger; handlers: JobHandlers }) {
  const { pool, nodeId, logger, handlers } = parts;
  const reaper = await createReaper({ pool, nodeId, logger });
  let stopped = false;
  let runner: Runner | null = null;

  function task<Name extends JobName>(name: Name) {
    return async (payload: unknown): Promise<void> => {
      try {
        await handlers[name](JOBS[name].parse(payload) as JobPayload<Name>);
      } catch (error) {
        logger.error({ err: error, job: name }, 'a job failed');
        // what the library keeps of it must not quote anybody
        throw new Error(`${name} failed`, { cause: error });
      }
    };
  }

  const names = Object.keys(JOBS) as JobName[];
  const taskList: TaskList = Object.fromEntries(names.map((name) => [name, task(name)]));

  async function start(): Promise<Runner> {
    const events: WorkerEvents = new EventEmitter();
    // jobs are locked under the process's own id, whose advisory lock says whether it lives
    events.on('pool:create', ({ workerPool }) => {
      workerPool.id = nodeId;
    });
    const started = await run({
      pgPool: pool,
      logger: jobsLogger(logger),
      events,
      taskList,
      parsedCronItems: CRON,
      concurrency: AT_A_TIME,
      pollInterval: 1_000,
      noHandleSignals: true,
    });
    // one whose very first question met a database that went away keeps that error for an answer, for ever
    let misses = 0;
    const found = () => {
      misses = 0;
    };
    events.on('worker:getJob:empty', found);
    events.on('job:start', found);
    events.on('worker:getJob:error', () => {
      misses += 1;
      if (misses === MISSES && !stopped) started.stop('no jobs can be looked for').catch(() => {});
    });
    return started;
  }

  async function keepRunning(): Promise<void> {
    while (!stopped) {
      try {
        await runner?.promise;
      } catch (error) {
        logger.error({ err: error }, 'the worker of the jobs ended');
      }
      for (runner = null; !stopped && runner === null; ) {
        await sleep(1_000, undefined, { ref: false });
        if (stopped) return;
        try {
          await reaper.freeOwn();
          runner = await start();
        } catch (error) {
          logger.warn({ err: error }, 'the worker of the jobs could not be started again yet');
        }
      }
    }
  }

  runner = await start();
  void keepRunning();

  return {
    /** Takes no further job, and waits for those under way. */
    async stop(): Promise<void> {
      stopped = true;
      // one that ended by itself meanwhile says so
      await runner?.stop().catch(() => {});
      await reaper.stop();
    },
  };
}
