import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Each room of the import table: specifiers that its files must not import, and ones that they may. */
const rooms: Record<string, { bad: string[]; good: string[] }> = {
  'server/config.ts': { bad: ['@/server/db', './errors', '@/app/x'], good: ['zod', 'node:path'] },
  'server/errors.ts': { bad: ['./logger', '@/server/chats/chats'], good: ['zod'] },
  'server/logger.ts': { bad: ['./config', '@/server/db'], good: ['pino'] },
  'server/whatsapp/engine.ts': { bad: ['./session', 'whatsapp-web.js', '@/server/db'], good: ['zod'] },
  'server/chats/schema.ts': {
    bad: ['pg', '@/server/db', './chats', 'node:fs'],
    good: ['zod', '@/server/events/schema'],
  },
  'server/db.ts': {
    bad: ['./router', './trpc', '@/server/chats/chats', '@/server/whatsapp/registry', '@/server/transport/http'],
    good: ['./config', '@/server/generated/prisma/client', '@/server/embedded/postgres', 'pg'],
  },
  'server/events/log.ts': {
    bad: ['@/server/chats/chats', '@/server/auth/identity', '@/sandbox/network'],
    good: ['./schema', '@/server/db', '@/server/generated/prisma/client'],
  },
  'server/jobs/queue.ts': { bad: ['./worker', '@/server/chats/chats'], good: ['@/server/config', 'zod'] },
  'server/embedded/postgres.ts': { bad: ['@/server/chats/chats', '@/scripts/find/redis'], good: ['./process', 'pg'] },
  'server/embedded/redis.ts': { bad: ['@/server/chats/chats'], good: ['@/scripts/find/redis.mjs'] },
  'server/whatsapp/browser-lookup.ts': {
    bad: ['@/server/db', 'puppeteer'],
    good: ['@/scripts/find/browser.mjs', './engine'],
  },
  'server/whatsapp/wwebjs.ts': {
    bad: ['./session', './ingest', '@/server/db', '@/server/config'],
    good: ['whatsapp-web.js', 'puppeteer', './engine', './wwebjs-convert', './browser', '@/server/logger'],
  },
  'server/whatsapp/browser.ts': { bad: ['./registry', '@/server/redis'], good: ['puppeteer', './engine'] },
  'server/whatsapp/session.ts': {
    bad: ['whatsapp-web.js', 'puppeteer-core', './router', '@/server/trpc', '@/server/transport/http', '../db'],
    good: ['./engine', './ingest', '@/server/db', '@/server/events/log'],
  },
  'server/chats/chats.ts': {
    bad: [
      './router',
      '@/server/router',
      '@/server/jobs/worker',
      '@/server/main',
      '@/server/client',
      '@/tests/support/database',
    ],
    good: ['./schema', '@/server/db', '@/server/jobs/queue', '@/server/whatsapp/registry'],
  },
  'server/jobs/worker.ts': {
    bad: ['@/server/transport/http', '@/server/router'],
    good: ['./queue', '@/server/chats/chats'],
  },
  'server/trpc.ts': {
    bad: ['./router', '@/server/chats/router', './main'],
    good: ['@/server/auth/identity', './errors'],
  },
  'server/chats/router.ts': {
    bad: [
      '@/server/transport/http',
      '@/server/auth/router',
      '@/server/router',
      '@/app/page',
      '@/scripts/find/redis.mjs',
    ],
    good: ['./chats', './schema', '@/server/trpc'],
  },
  'server/router.ts': { bad: ['./main', './client', '@/app/page'], good: ['./trpc', '@/server/chats/router'] },
  'server/transport/http.ts': {
    bad: ['@/server/main', '@/sandbox/server'],
    good: ['@/server/router', '@/server/chats/chats'],
  },
  'server/main.ts': {
    bad: ['whatsapp-web.js', '../app/page', '@/tests/x'],
    good: ['./router', '@/server/transport/http'],
  },
  'server/client.ts': {
    bad: ['./router', '@/server/router', './errors', './db'],
    good: ['type:./router', 'type:./errors', '@trpc/client'],
  },
  'app/page.tsx': {
    bad: ['@/server/router', '@/server/db', '@/server/chats/chats', '@/sandbox/network', '../x', 'puppeteer'],
    good: ['type:@/server/router', '@/server/chats/schema', '@/app/_lib/trpc', 'react'],
  },
  'app/api/auth/[...nextauth]/route.ts': {
    bad: ['@/server/db', '@/server/auth/identity'],
    good: ['@/server/auth/options'],
  },
  'sandbox/network.ts': {
    bad: ['@/server/config', 'whatsapp-web.js', '@/app/x'],
    good: ['@/sandbox/page/x', './server', 'ws'],
  },
  'scripts/quickstart.mjs': {
    bad: ['pg', '@/server/config', '../server/config', 'chalk'],
    good: ['node:fs', 'node:fs/promises', './find/redis.mjs'],
  },
  'tests/unit/a.test.ts': {
    bad: ['../support/database'],
    good: ['@/tests/support/database', '@/server/main', 'whatsapp-web.js'],
  },
};

/** Other rules of the house, each with a line that breaks it. */
const others: [rule: string, file: string, code: string][] = [
  ['import(no-cycle)', 'server/clients/a.ts', "import { b } from './b';\nexport const a = () => b;\n"],
  ['import(no-cycle)', 'app/cycle/a.ts', "import { b } from '@/app/cycle/b';\nexport const a = () => b;\n"],
  ['node(no-process-env)', 'server/clients/env.ts', 'export const home = process.env.HOME;\n'],
  ['node(no-process-env)', 'app/env.ts', 'export const home = process.env.HOME;\n'],
  ['typescript(no-explicit-any)', 'server/clients/any.ts', 'export const x = (y: any) => y;\n'],
  ['typescript(no-non-null-assertion)', 'app/bang.ts', 'export const x = (y?: string) => y!.length;\n'],
  ['eslint(max-lines)', 'server/clients/long.ts', `${'export {};\n'.repeat(301)}`],
];

const root = resolve(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'omniwp-lint-'));
let found: { file: string; line: number; code: string }[] = [];

const lines = ({ bad, good }: { bad: string[]; good: string[] }) =>
  [...bad, ...good].map((name, i) =>
    name.startsWith('type:') ? `export type * as x${i} from '${name.slice(5)}';` : `export * as x${i} from '${name}';`,
  );

const write = (file: string, text: string) => {
  mkdirSync(dirname(join(dir, file)), { recursive: true });
  writeFileSync(join(dir, file), text);
};

beforeAll(() => {
  for (const [file, room] of Object.entries(rooms)) write(file, lines(room).join('\n'));
  for (const [, file, code] of others) write(file, code);
  write('server/clients/b.ts', "import { a } from './a';\nexport const b = () => a;\n");
  write('app/cycle/b.ts', "import { a } from './a';\nexport const b = () => a;\n");
  cpSync(join(root, 'tsconfig.json'), join(dir, 'tsconfig.json'));
  cpSync(join(root, 'oxlint.config.mjs'), join(dir, 'oxlint.config.mjs'));
  let json: string;
  try {
    json = execFileSync(
      process.execPath,
      [join(root, 'node_modules/oxlint/bin/oxlint'), '-c', 'oxlint.config.mjs', '-f', 'json', '.'],
      {
        cwd: dir,
        encoding: 'utf8',
        maxBuffer: 1 << 26,
      },
    );
  } catch (error) {
    // Findings make oxlint exit with 1; its report is on stdout all the same.
    json = String((error as { stdout: unknown }).stdout);
  }
  const report = JSON.parse(json) as {
    diagnostics: { filename: string; code: string; labels: { span: { line: number } }[] }[];
  };
  found = report.diagnostics.map((d) => ({ file: d.filename, code: d.code, line: d.labels[0]?.span.line ?? 0 }));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('the import table', () => {
  it.each(Object.entries(rooms))('%s', (file, room) => {
    const hit = new Set(
      found.filter((f) => f.file === file && f.code === 'eslint(no-restricted-imports)').map((f) => f.line),
    );
    const all = [...room.bad, ...room.good];
    expect(all.filter((_, i) => hit.has(i + 1))).toEqual(room.bad);
  });
});

describe('other rules of the house', () => {
  it.each(others)('%s in %s', (rule, file) => {
    expect(found.filter((f) => f.file === file).map((f) => f.code)).toContain(rule);
  });
});
