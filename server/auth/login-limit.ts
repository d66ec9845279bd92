import { createHash } from 'node:crypto';
import { Ratelimit } from '@upstash/ratelimit';
import type { Config } from '@/server/config';
import { AppError } from '@/server/errors';
import { tellLimit } from '@/server/limits/headers';
import type { RedisClients } from '@/server/redis';
import { ratelimitRedis } from '@/server/ratelimit-redis';

/**
 * Failed logins per 15 minutes (contract.md): per account and address together, per account, per address. An attempt is counted
 * before the password is checked, so that a hundred at once do not all pass, and given back when it was right. Without Redis it
 * fails closed.
 */
export type LoginLimit = {
  /** Throws TOO_MANY_ATTEMPTS, and says in `answerHeaders` which limit that is, or LIMITS_UNAVAILABLE. */
  take(email: string, address: string, answerHeaders?: Headers): Promise<void>;
  giveBack(email: string, address: string): Promise<void>;
};

const WINDOW_SECONDS = 900;

export function createLoginLimit(redis: RedisClients, config: Config): LoginLimit {
  const limiter = (name: string, max: number) => ({
    max,
    ratelimit: new Ratelimit({
      redis: ratelimitRedis(redis),
      // a window begins with the first failure and not with the clock, at whose edge there would be twice as many
      limiter: Ratelimit.tokenBucket(max, `${WINDOW_SECONDS} s`, max),
      prefix: `limit:login:${name}`,
      ephemeralCache: false,
    }),
  });
  const pair = limiter('pair', config.LOGIN_LIMIT_PAIR);
  const account = limiter('account', config.LOGIN_LIMIT_ACCOUNT);
  const byAddress = limiter('address', config.LOGIN_LIMIT_ADDRESS);

  const keysOf = (email: string, address: string) => [
    { ...pair, key: digest(`${email} ${address}`) },
    { ...account, key: digest(email) },
    { ...byAddress, key: digest(address) },
  ];

  const unavailable = (error: unknown) => {
    throw new AppError('LIMITS_UNAVAILABLE', { cause: error });
  };

  return {
    async take(email, address, answerHeaders) {
      for (const { ratelimit, key, max } of keysOf(email, address)) {
        const counted = await ratelimit.limit(key).catch(unavailable);
        // the library answers `success` after its own time-out: that is not a count
        if (counted.reason === 'timeout') throw new AppError('LIMITS_UNAVAILABLE');
        if (counted.success) continue;
        const resetSeconds = Math.max(1, Math.ceil((counted.reset - Date.now()) / 1000));
        const told = { allowed: false, max, remaining: 0, resetSeconds, windowSeconds: WINDOW_SECONDS };
        if (answerHeaders) tellLimit(answerHeaders, told);
        throw new AppError('TOO_MANY_ATTEMPTS', { retryAfter: resetSeconds });
      }
    },
    async giveBack(email, address) {
      for (const { ratelimit, key } of keysOf(email, address)) {
        await ratelimit.limit(key, { rate: -1 }).catch(unavailable);
      }
    },
  };
}

/** Addresses and e-mails are not kept in Redis in the clear. */
const digest = (value: string) => createHash('sha256').update(value).digest('base64url');
