import { defineConfig } from 'prisma/config';

// `generate` asks for Prisma's engine binary, which is downloaded, and never runs it: any file that exists will do.
if (process.argv.includes('generate')) process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: 'schema.prisma',
  migrations: { path: 'migrations' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
});
