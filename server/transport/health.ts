import type { ServerResponse } from 'node:http';
import type { Db } from '@/server/db';
import type { RedisClients } from '@/server/redis';

const ANSWER_WITHIN_MS = 2_000;

function within(check: Promise<unknown>): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ANSWER_WITHIN_MS).unref());
  return Promise.race([
    check.then(
      () => true,
      () => false,
    ),
    late,
  ]);
}

export function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

/** JSON that is text already. */
export function answerText(response: ServerResponse, json: string): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-cache' });
  response.end(json);
}

/** Whether this process should get requests: its database answers. Redis is told of, but the product goes on without it. */
export async function readiness(deps: { db: Db; redis: RedisClients }, closing: boolean) {
  const [database, redis] = await Promise.all([
    within(deps.db.$queryRaw`SELECT 1`),
    within(deps.redis.commands.ping()),
  ]);
  const ready = database && !closing;
  return { ready, checks: { database, redis, accepting: !closing } };
}
