import { afterAll, beforeAll } from 'vitest';
import { type TestDatabase, testDatabase } from './database';
import { type TestRedis, testRedis } from './redis';

/** A real Postgres database and a real Redis of one test file's own, from before its first test to after its last. */
export function setStores() {
  let database: TestDatabase | null = null;
  let redis: TestRedis | null = null;
  const needed = <Store>(store: Store | null): Store => {
    if (!store) throw new Error('the stores are there inside tests and hooks only');
    return store;
  };
  beforeAll(async () => {
    database = await testDatabase();
    redis = await testRedis();
  });
  afterAll(async () => {
    await redis?.close();
    await database?.close();
  });
  return {
    get databaseUrl() {
      return needed(database).url;
    },
    get redisUrl() {
      return needed(redis).url;
    },
  };
}
