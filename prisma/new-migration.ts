import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EMPTY_SCHEMA, schemaDiff } from './schema-diff';

/**
 * `npm run db:migration NAME` writes `migrations/<time>_<name>/migration.sql`: what changed in schema.prisma since the last migration.
 * Each migration keeps the schema that it leads to beside it; tests/integration/migrations.test.ts checks on a real Postgres that
 * the SQL of all of them leads to schema.prisma.
 */
const name = process.argv[2];
if (!name || !/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('Say what changes, in small letters: npm run db:migration add_webhooks');
  process.exit(1);
}
const folder = join(import.meta.dirname, 'migrations');
await mkdir(folder, { recursive: true });
const last = (await readdir(folder, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort()
  .at(-1);
const before = last ? await readFile(join(folder, last, 'schema.prisma'), 'utf8') : EMPTY_SCHEMA;
const after = await readFile(join(import.meta.dirname, 'schema.prisma'), 'utf8');
const sql = await schemaDiff(before, after);
if (sql === '') {
  console.log('The schema has not changed since the last migration.');
} else {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const dir = join(folder, `${stamp}_${name}`);
  await mkdir(dir);
  await writeFile(join(dir, 'migration.sql'), sql);
  await writeFile(join(dir, 'schema.prisma'), after);
  console.log(`Wrote ${dir}/migration.sql: read it before you commit it.`);
}
