import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { EMPTY_SCHEMA, schemaDiff } from '@/prisma/schema-diff';
import { migrate } from '@/server/migrate';
import { testDatabase } from '@/tests/support/database';
import { waitUntil } from '@/tests/support/wait-until';

const folder = resolve('prisma/migrations');
const schema = () => readFile('prisma/schema.prisma', 'utf8');
const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function emptyDatabase(): Promise<string> {
  const database = await testDatabase({ migrated: false });
  cleanUps.push(database.close);
  return database.url;
}

async function query<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A folder of migrations that a test may change: the real ones, and the given ones after them. */
async function folderWith(more: Record<string, string>): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'omniwp-migrations-'));
  cleanUps.push(() => rm(copy, { recursive: true }));
  await cp(folder, copy, { recursive: true });
  for (const [name, sql] of Object.entries(more)) {
    await cp(join(folder, 'migration_lock.toml'), join(copy, name, 'note.txt'));
    await writeFile(join(copy, name, 'migration.sql'), sql);
  }
  return copy;
}

/** What a database is made of, in Postgres's own words. */
async function shapeOf(url: string): Promise<unknown> {
  return Promise.all(
    [
      `SELECT table_name, column_name, data_type, udt_name, is_nullable, column_default, datetime_precision
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations' ORDER BY 1, 2`,
      `SELECT tablename, indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' ORDER BY 1, 2`,
      `SELECT conrelid::regclass::text AS table, conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> '_prisma_migrations' ORDER BY 1, 2`,
      `SELECT t.typname, e.enumlabel FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid ORDER BY 1, e.enumsortorder`,
    ].map((sql) => query(url, sql)),
  );
}

describe('schema and migrations', () => {
  it('the migrations lead to the schema, on a real Postgres', async () => {
    const [byMigrations, bySchema] = [await emptyDatabase(), await emptyDatabase()];
    await migrate({ url: byMigrations });
    await query(bySchema, await schemaDiff(EMPTY_SCHEMA, await schema()));
    expect(await shapeOf(byMigrations)).toEqual(await shapeOf(bySchema));
  });

  it('the last migration keeps the present schema beside it, so that the next one starts from there', async () => {
    const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const last =
      names
        .map((entry) => entry.name)
        .sort()
        .at(-1) ?? '';
    expect(await schemaDiff(await readFile(join(folder, last, 'schema.prisma'), 'utf8'), await schema())).toBe('');
  });
});

describe('migrate', () => {
  it('applies what is missing once, and records it as Prisma does', async () => {
    const url = await emptyDatabase();
    const applied = await migrate({ url });
    expect(applied).toContain('20261124150000_init');
    expect(await migrate({ url })).toEqual([]);
    const rows = await query<Record<string, unknown>>(url, 'SELECT * FROM _prisma_migrations ORDER BY migration_name');
    expect(rows).toHaveLength(applied.length);
    expect(rows[0]).toMatchObject({
      migration_name: applied[0],
      checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      finished_at: expect.any(Date),
      rolled_back_at: null,
      applied_steps_count: 1,
    });
  });

  it('lets two processes start at once: each migration is applied by one of them', async () => {
    const url = await emptyDatabase();
    const both = await Promise.all([migrate({ url }), migrate({ url }), migrate({ url })]);
    expect(both.filter((applied) => applied.length > 0)).toHaveLength(1);
  });

  it('undoes a migration that fails, says which, and goes on from there once it is mended', async () => {
    const url = await emptyDatabase();
    const broken = await folderWith({ '29990101000000_more': 'CREATE TABLE half (id int); SELECT 1/0;' });
    await expect(migrate({ url, folder: broken })).rejects.toThrow(
      /29990101000000_more failed and was undone.*division by zero/,
    );
    expect(await query(url, `SELECT 1 FROM pg_tables WHERE tablename = 'half'`)).toEqual([]);
    await writeFile(join(broken, '29990101000000_more', 'migration.sql'), 'CREATE TABLE half (id int);');
    expect(await migrate({ url, folder: broken })).toEqual(['29990101000000_more']);
  });

  it('leaves nothing of a migration whose connection is cut half-way, and applies it at the next try', async () => {
    const url = await emptyDatabase();
    await migrate({ url });
    const slow = await folderWith({ '29990101000000_more': 'CREATE TABLE half (id int); SELECT pg_sleep(60);' });
    const cut = migrate({ url, folder: slow });
    cut.catch(() => {});
    const sleeping = `FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`;
    await waitUntil('its sleep', async () => (await query(url, `SELECT 1 ${sleeping}`)).length > 0);
    await query(url, `SELECT pg_terminate_backend(pid) ${sleeping}`);
    await expect(cut).rejects.toThrow(/terminat|connection/i);
    expect(await query(url, `SELECT 1 FROM pg_tables WHERE tablename = 'half'`)).toEqual([]);
    await writeFile(join(slow, '29990101000000_more', 'migration.sql'), 'CREATE TABLE half (id int);');
    expect(await migrate({ url, folder: slow })).toEqual(['29990101000000_more']);
  });

  it('sees that a migration was edited after it had been applied', async () => {
    const url = await emptyDatabase();
    const changed = await folderWith({ '29990101000000_more': 'CREATE TABLE more (id int);' });
    await migrate({ url, folder: changed });
    await writeFile(join(changed, '29990101000000_more', 'migration.sql'), 'CREATE TABLE more (id bigint);');
    await expect(migrate({ url, folder: changed })).rejects.toThrow(/29990101000000_more was edited/);
  });

  it('stops at a migration that Prisma recorded as failed', async () => {
    const url = await emptyDatabase();
    await migrate({ url });
    await query(
      url,
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES ('x', 'y', '2999_z', 'no such table')`,
    );
    await expect(migrate({ url })).rejects.toThrow(/2999_z is recorded as failed:\nno such table/);
  });

  it('warns of a migration from a newer version, and goes on', async () => {
    const url = await emptyDatabase();
    await migrate({ url, folder: await folderWith({ '29990101000000_more': 'CREATE TABLE more (id int);' }) });
    const warned: object[] = [];
    await migrate({ url, logger: { info() {}, warn: (fields) => warned.push(fields) } });
    expect(warned).toEqual([{ migration: '29990101000000_more' }]);
  });
});
