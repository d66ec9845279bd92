import { Ratelimit } from '@upstash/ratelimit';
import type { Config } from '@/server/config';
import type { Logger } from '@/server/logger';
import type { Metrics } from '@/server/metrics';
import { ratelimitRedis } from '@/server/ratelimit-redis';
import type { RedisClients } from '@/server/redis';

/** Each limit with its setting and its window in seconds (contract.md, "Limits"). */
const TABLE = {
  /** connect, disconnect, restore and restart, together. */
  link: { setting: 'WHATSAPP_LIMIT_LINK', seconds: 300 },
  send: { setting: 'WHATSAPP_LIMIT_SEND', seconds: 60 },
  whatsappRead: { setting: 'WHATSAPP_LIMIT_READ', seconds: 60 },
  whatsapp: { setting: 'MESSAGE_RATE_LIMIT_WHATSAPP', seconds: 60 },
  email: { setting: 'MESSAGE_RATE_LIMIT_EMAIL', seconds: 60 },
  general: { setting: 'MESSAGE_RATE_LIMIT_GENERAL', seconds: 900 },
  chat: { setting: 'MESSAGE_RATE_LIMIT_CHAT', seconds: 60 },
  dashboard: { setting: 'DASHBOARD_WRITE_LIMIT', seconds: 60 },
  /** New accounts, by address: there is no user yet. */
  register: { setting: 'REGISTER_LIMIT_ADDRESS', seconds: 900 },
} as const satisfies Record<string, { setting: keyof Config; seconds: number }>;

export type LimitName = keyof typeof TABLE;

/** `resetSeconds`: until the whole of `max` is there again. */
export type Counted = { allowed: boolean; max: number; remaining: number; resetSeconds: number; windowSeconds: number };

export type Limits = ReturnType<typeof createLimits>;

/** A Redis that does not answer is away: nobody waits longer to be counted. */
const COUNT_WITHIN_MS = 1_000;

/**
 * Counts calls per user in Redis, so once over all processes. A window begins with its first call, and at its end all of it is there
 * again: `Retry-After` is the truth. Without Redis nothing is counted and everything passes (login's own limit fails closed).
 */
export function createLimits(deps: { redis: RedisClients; config: Config; logger: Logger; metrics: Metrics }) {
  const { redis, config, logger, metrics } = deps;
  let uncounted = 0;

  const limiters = new Map(
    Object.entries(TABLE).map(([name, { setting, seconds }]) => {
      const max = config[setting];
      const ratelimit = new Ratelimit({
        redis: ratelimitRedis(redis),
        limiter: Ratelimit.tokenBucket(max, `${seconds} s`, max),
        prefix: `limit:${name}`,
        ephemeralCache: false,
        timeout: COUNT_WITHIN_MS,
      });
      return [name, { ratelimit, max, seconds }] as const;
    }),
  );

  function noteAway(limit: LimitName, error: unknown): null {
    uncounted += 1;
    metrics.limitsOpen.set(1);
    metrics.callsUncounted.inc({ limit });
    if (uncounted === 1) logger.warn({ err: error }, 'calls are not counted: redis is away, and the limits are open');
    return null;
  }

  function noteBack(): void {
    if (uncounted > 0) logger.warn({ uncounted }, 'calls are counted again');
    uncounted = 0;
    metrics.limitsOpen.set(0);
  }

  return {
    /** Counts one call of `caller` (a user's id). null: it could not be counted. */
    async take(name: LimitName, caller: string): Promise<Counted | null> {
      const limiter = limiters.get(name);
      if (!limiter) throw new Error(`no limit ${name}`);
      const { ratelimit, max, seconds } = limiter;
      try {
        const counted = await ratelimit.limit(caller);
        // the library answers `success` after its own time-out: that is not a count
        if (counted.reason === 'timeout') return noteAway(name, new Error('redis did not answer in time'));
        noteBack();
        const resetSeconds = Math.min(seconds, Math.max(1, Math.ceil((counted.reset - Date.now()) / 1000)));
        return {
          allowed: counted.success,
          max,
          remaining: Math.max(0, counted.remaining),
          resetSeconds,
          windowSeconds: seconds,
        };
      } catch (error) {
        return noteAway(name, error);
      }
    },
  };
}
