import { type LogLevel, Logger as JobsLogger } from 'graphile-worker';
import type { Logger } from '@/server/logger';

/** The library's own words in our log. It quotes errors with their stacks in the message, so only what it says of itself is kept. */
export function jobsLogger(logger: Logger): JobsLogger {
  return new JobsLogger(() => (level: `${LogLevel}`, message: string) => {
    const said = message.split('\n')[0];
    if (level === 'error' || level === 'warning') logger.warn({ component: 'jobs' }, said);
    else logger.debug({ component: 'jobs' }, said);
  });
}
