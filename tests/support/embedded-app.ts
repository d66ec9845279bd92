/**
 * A process of its own that opens the embedded stores over a folder and then stays: tests kill it to see what is left behind.
 * `node --import tsx embedded-app.ts FOLDER`; prints one JSON line {postgres, redis} when both are up.
 */
import { createEmbeddedPostgres } from '@/server/embedded/postgres';
import { createEmbeddedRedis } from '@/server/embedded/redis';
import { quietLogger } from './quiet-logger';

const dataDir = process.argv[2] ?? '';
const postgres = await createEmbeddedPostgres({ dataDir, logger: quietLogger });
const redis = await createEmbeddedRedis({ dataDir, logger: quietLogger });
console.log(JSON.stringify({ postgres: postgres.url, redis: redis.url }));
process.on('SIGTERM', async () => {
  await redis.stop();
  await postgres.stop();
  process.exit(0);
});
setInterval(() => {}, 60_000);
