// The import table of docs/architecture as lint errors. A module and not JSON, because a later override replaces the
// whole option list of a rule: composed lists stay readable, 450 lines of copies would not.
// Specifiers equal resolved paths (`@/…` across folders, `./…` inside, never `../`), so matching specifiers is enough.
// tests/unit/lint-rules.test.ts breaks every rule on purpose.
// In one rule the patterns by `regex` come first: a `!` in a `group` also lifts the patterns that follow it.

const ban = (regex, message, options = {}) => ({ regex, message, ...options });
const typesOnly = (regex) => ban(regex, 'Types only.', { allowTypeImports: true });
/** Everything in other folders is forbidden except `allowed`; npm packages and Node's modules stay free. */
const onlyFrom = (message, ...allowed) => ({ group: ['@/**', ...allowed.map((path) => `!${path}`)], message });
const rooms = (files, ...patterns) => ({ files, rules: { 'no-restricted-imports': ['error', { patterns }] } });

const noParents = ban('^\\.\\.(/|$)', 'Across folders import by `@/…`, inside a folder by `./…`.');
const noLibrary = ban(
  '^(whatsapp-web\\.js|puppeteer|puppeteer-core)(/|$)',
  'Only server/whatsapp/wwebjs*.ts and browser.ts know this library: use the engine port.',
);
const noOutside = ban('^@/(tests|bench|scripts|prisma)/', 'The product does not import tests, bench, scripts, prisma.');
const noMain = ban('^(@/server|\\.)/(entry|main)$', 'main.ts is the composition root: nobody imports it.');
const noPages = ban('^@/(app|sandbox)/', 'The server imports neither the pages nor the sandbox.');
const noClient = ban('^(@/server|\\.)/client$', 'client.ts is for other programs.');
const noTrpc = ban('^(@/server|\\.)/trpc$', 'Below the routers nothing knows tRPC.');
const noRouter = ban('^(@/server(/[^/]+)?|\\.)/router$', 'Routers import features, not the other way.');
const noOtherRouter = ban('^@/server(/[^/]+)?/router$', 'Only server/router.ts joins routers.');
const noTransport = ban('^@/server/transport/', 'Only main.ts knows HTTP.');
const noWorker = ban('^(@/server/jobs|\\.)/worker$', 'The worker imports features, not the other way.');

const product = [noParents, noLibrary, noOutside];
const server = [...product, noMain, noPages, noClient];
const feature = [...server, noTrpc, noRouter, noTransport, noWorker];
const store = [noParents, noLibrary, noMain, noClient, noTrpc, noRouter, noTransport, noWorker];

const ground = ['@/server/{config,errors,logger}', '@/server/whatsapp/engine'];
const shapes = ['@/server/auth/owner-id', '@/server/*/schema'];

export default {
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'react', 'jsx-a11y', 'promise', 'node', 'vitest'],
  categories: { correctness: 'error' },
  ignorePatterns: ['.next', 'dist', '.data', '.cache', 'sessions', 'server/generated', 'next-env.d.ts'],
  rules: {
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    'no-var': 'error',
    'prefer-const': 'error',
    'max-lines': ['error', { max: 300 }],
    'import/no-cycle': ['error', { ignoreTypes: true }],
    'typescript/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    // tests wait for things to become true, share their expectations in functions, and say what they expect
    'vitest/expect-expect': 'off',
    'vitest/no-standalone-expect': 'off',
    'vitest/no-conditional-expect': 'off',
    'vitest/valid-expect': 'off',
    'vitest/require-mock-type-parameters': 'off',
    'vitest/no-focused-tests': 'error',
    'vitest/no-disabled-tests': 'error',
    'no-restricted-imports': ['error', { patterns: product }],
  },
  overrides: [
    { files: ['server/**', 'app/**'], rules: { 'node/no-process-env': 'error' } },
    // config.ts reads it; the browser is given a few of its variables as they are
    { files: ['server/config.ts', 'server/whatsapp/browser*.ts'], rules: { 'node/no-process-env': 'off' } },

    // The server, from the top of the table down; a later entry wins.
    rooms(['server/**'], ...feature),
    rooms(
      ['server/{config,errors,logger}.ts', 'server/whatsapp/engine.ts'],
      ...product,
      ban('^[@.]/', 'This module stands on npm alone.'),
    ),
    rooms(['server/*/schema.ts'], noParents, {
      group: ['**', '!zod', '!@/server/*/schema'],
      message: 'Schemas run in the browser too: zod and other schemas only.',
    }),
    rooms(
      ['server/{db,redis,migrate,sql}.ts', 'server/events/{log,bus}.ts', 'server/embedded/**', 'server/jobs/queue.ts'],
      ...store,
      typesOnly('^@/server/auth/owner-id$'),
      onlyFrom(
        'Stores and the log stand on config, errors, logger, the port, schemas and the Prisma client.',
        ...ground,
        ...shapes,
        '@/server/{db,redis,migrate,sql}',
        '@/server/events/*',
        '@/server/embedded/*',
        '@/server/jobs/queue',
        '@/server/generated/prisma/*',
      ),
    ),
    rooms(
      ['server/embedded/redis.ts', 'server/whatsapp/browser-lookup.ts'],
      ...store,
      onlyFrom('Lookups stand on scripts/find (docs/decisions/0001).', ...ground, '@/scripts/find/*'),
    ),
    rooms(['server/whatsapp/wwebjs*.ts', 'server/whatsapp/browser.ts'], noParents, {
      group: ['@/**', './**', '!@/server/logger', '!./engine', '!./{wwebjs,browser}*'],
      message: 'The adapter knows the port and the logger alone.',
    }),
    rooms(['server/{trpc,*/router,jobs/worker}.ts'], ...server, noTransport, noOtherRouter),
    rooms(['server/trpc.ts'], ...server, noTransport, noRouter),
    rooms(['server/{router,pages,shutdown,transport/*}.ts'], ...server),
    rooms(['server/{entry,main}.ts'], ...product),
    rooms(['server/client.ts'], ...product, typesOnly('^(@/server|\\.)/(router|errors)$'), {
      group: ['@/**', './**', '!@/server/{router,errors}', '!./{router,errors}'],
      message: 'The client stands on npm and the types of the router and its errors.',
    }),

    rooms(['app/**'], ...product, typesOnly('^@/server/router$'), {
      group: ['@/**', '!@/app/**', '!@/server/*/schema', '!@/server/router'],
      message: 'Pages reach the server over tRPC; only its schemas may be imported.',
    }),
    rooms(['app/api/auth/**'], ...product, {
      group: ['@/**', '!@/app/**', '!@/server/auth/options'],
      message: 'The auth route imports server/auth/options alone.',
    }),
    rooms(['sandbox/**'], noParents, noLibrary, {
      group: ['@/**', '!@/sandbox/**'],
      message: 'The sandbox knows nothing of the product.',
    }),
    rooms(['scripts/**'], {
      group: ['**', '!node:*', '!node:*/*', '!./**'],
      message: 'Scripts run before npm install: Node alone.',
    }),
    rooms(['tests/**', 'bench/**'], noParents),
  ],
};
