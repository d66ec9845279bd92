import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import { databaseUrl } from './database-setup';

export type TestDatabase = { url: string; close(): Promise<void> };

async function query(sql: string): Promise<void> {
  const client = new Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/**
 * A database of one test file's own on the run's Postgres, with all migrations applied (`migrated: false`: empty). `close` ends
 * what is still connected and drops it. In the project `integration` only.
 */
export async function testDatabase(options: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await query(`CREATE DATABASE ${name} TEMPLATE ${options.migrated === false ? 'template0' : 'template'}`);
  return {
    url: databaseUrl(inject('postgresUrl'), name),
    close: () => query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}
