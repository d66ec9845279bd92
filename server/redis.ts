import { Redis } from 'ioredis';
import type { Logger } from '@/server/logger';

/** A Redis that does not answer is away as well: nobody waits longer for it. */
const ANSWER_WITHIN_MS = 1_500;

/** Two connections: commands, and one that only subscribes. */
export type RedisClients = { commands: Redis; subscriber: Redis; close(): Promise<void> };

/**
 * `url` is redis://, rediss:// or unix://PATH. Redis holds what is fleeting or shared across processes, so a command while it is
 * away fails at once instead of waiting, and one that gets no answer fails soon: each caller knows what to do without it.
 */
export function createRedis(url: string, logger: Pick<Logger, 'warn'>): RedisClients {
  const connect = (name: string, offlineQueue: boolean) => {
    const options = {
      enableOfflineQueue: offlineQueue,
      maxRetriesPerRequest: offlineQueue ? null : 1,
      // what waits for a message waits for as long as it takes
      ...(!offlineQueue && { commandTimeout: ANSWER_WITHIN_MS }),
      retryStrategy: (attempt: number) => Math.min(100 * attempt, 2_000),
    };
    const client = url.startsWith('unix://')
      ? new Redis({ path: url.slice('unix://'.length), ...options })
      : new Redis(url, options);
    let reported = false;
    client.on('error', (error) => {
      if (!reported) logger.warn({ err: error, connection: name }, 'redis is away');
      reported = true;
    });
    client.on('ready', () => {
      reported = false;
    });
    return client;
  };
  const commands = connect('commands', false);
  const subscriber = connect('subscriber', true);
  return {
    commands,
    subscriber,
    async close() {
      commands.disconnect();
      subscriber.disconnect();
    },
  };
}
