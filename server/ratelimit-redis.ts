import type { Ratelimit } from '@upstash/ratelimit';
import type { RedisClients } from '@/server/redis';

type RatelimitRedis = ConstructorParameters<typeof Ratelimit>[0]['redis'];

/** @upstash/ratelimit 2.0.8 speaks Upstash's client; these five calls are all that it makes, and ioredis can answer them. */
export function ratelimitRedis({ commands }: RedisClients): RatelimitRedis {
  const call = {
    evalsha: (sha: string, keys: string[], args: unknown[]) =>
      commands.evalsha(sha, keys.length, ...keys, ...args.map(String)),
    eval: (script: string, keys: string[], args: unknown[]) =>
      commands.eval(script, keys.length, ...keys, ...args.map(String)),
    scriptLoad: (script: string) => commands.script('LOAD', script),
    get: (key: string) => commands.get(key),
    set: (key: string, value: unknown) => commands.set(key, String(value)),
  };
  return call as unknown as RatelimitRedis;
}
