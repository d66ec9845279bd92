import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Client } from 'pg';

type Migration = { name: string; sql: string; checksum: string };
type Row = {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
  rolled_back_at: Date | null;
  logs: string | null;
};

/** Prisma's own advisory lock, so that `prisma migrate deploy` and this runner wait for each other. */
const LOCK = 72707369;
const LOCK_SECONDS = 120;

/** Prisma's own table, letter by letter. */
const TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

/**
 * Brings the database at `url` up to the newest migration and returns the names of those it applied. Prisma's own command wants an
 * engine that it downloads; this writes the same records, so that the command stays usable elsewhere.
 * Each migration and its record are one transaction: one that fails leaves nothing, and is tried again at the next start. Several
 * processes may call it at once. Throws when a migration fails, was edited after it was applied, or is recorded as failed.
 */
export async function migrate(options: {
  url: string;
  /** Holds `<name>/migration.sql`; `prisma/migrations` of the working directory unless given. */
  folder?: string;
  logger?: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}): Promise<string[]> {
  const { url, folder = resolve('prisma/migrations'), logger } = options;
  const migrations = await readMigrations(folder);
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    await lock(client);
    await client.query(TABLE);
    const { rows } = await client.query<Row>('SELECT * FROM _prisma_migrations WHERE rolled_back_at IS NULL');
    const pending = comparePast(migrations, rows, (name) =>
      logger?.warn(
        { migration: name },
        'the database has a migration that this version does not know: it was used by a newer one',
      ),
    );
    for (const migration of pending) {
      await apply(client, migration);
      logger?.info({ migration: migration.name }, 'migration applied');
    }
    return pending.map(({ name }) => name);
  } finally {
    // ends the session, and its lock with it
    await client.end();
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const bytes = await readFile(join(folder, name, 'migration.sql'));
      return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') };
    }),
  );
}

async function lock(client: Client): Promise<void> {
  await client.query(`SET lock_timeout = '${LOCK_SECONDS}s'`);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
  } catch (error) {
    throw new Error(`Another process has been migrating this database for more than ${LOCK_SECONDS} s.`, {
      cause: error,
    });
  }
  await client.query('RESET lock_timeout');
}

/** What is still to apply. Throws on a past that this folder does not explain. */
function comparePast(migrations: Migration[], rows: Row[], onUnknown: (name: string) => void): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of rows) {
    const migration = known.get(row.migration_name);
    if (row.finished_at === null) {
      throw new Error(
        `Migration ${row.migration_name} is recorded as failed${row.logs ? `:\n${row.logs.trim()}\n` : '. '}` +
          `Look at what it left, then mark it: prisma migrate resolve --rolled-back ${row.migration_name}`,
      );
    }
    if (!migration) {
      onUnknown(row.migration_name);
    } else if (migration.checksum !== row.checksum) {
      throw new Error(
        `Migration ${row.migration_name} was edited after it had been applied to this database. ` +
          'Bring the old text back and put the change into a migration of its own (npm run db:migration NAME).',
      );
    }
  }
  const applied = new Set(rows.map((row) => row.migration_name));
  return migrations.filter(({ name }) => !applied.has(name));
}

async function apply(client: Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
       VALUES ($1, $2, clock_timestamp(), $3, 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`Migration ${name} failed and was undone, nothing of it is left: ${said}`, { cause: error });
  }
}
