// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { runLogged, tool } from './command.mjs';
import { alone } from './lock.mjs';

const NODE_TARGET = ['--platform=node', '--format=esm', '--target=node20.19', '--packages=external', '--sourcemap'];
/** Its command is a program or a script, as its install script was let to run or not: both start by themselves. @returns {[string, string[]]} */
const esbuild = (/** @type {string[]} */ ...args) => [
  join('node_modules', '.bin', 'esbuild'),
  ['--bundle', '--log-level=warning', ...args],
];

/**
 * What is built: from which files, into which file, by which commands. In the order in which they need each other.
 * @type {{ name: string, inputs: string[], output: string, commands: [string, string[]][] }[]}
 */
const TARGETS = [
  {
    name: 'database client',
    inputs: ['prisma/schema.prisma', 'prisma/prisma.config.ts'],
    output: 'server/generated/prisma/client.ts',
    commands: [tool('prisma/build/index.js', 'generate', '--config', 'prisma/prisma.config.ts')],
  },
  {
    name: 'server',
    inputs: ['server', 'scripts/find', 'tsconfig.json'],
    output: 'dist/server.mjs',
    commands: [
      esbuild(
        'server=server/entry.ts',
        ...NODE_TARGET,
        '--splitting',
        '--outdir=dist',
        '--out-extension:.js=.mjs',
        '--chunk-names=server-[name]',
      ),
    ],
  },
  {
    name: 'sandbox',
    inputs: ['sandbox'],
    output: 'dist/sandbox.mjs',
    commands: [
      esbuild(
        'sandbox-page=sandbox/page/main.ts',
        'sandbox-phone=sandbox/phone/main.ts',
        'sandbox-style=sandbox/phone/phone.css',
        '--format=iife',
        '--target=chrome100',
        '--minify',
        '--outdir=dist',
      ),
      esbuild('sandbox/server.ts', ...NODE_TARGET, '--outfile=dist/sandbox.mjs'),
    ],
  },
  {
    name: 'pages',
    inputs: ['app', 'server', 'public', 'next.config.mjs', 'postcss.config.mjs'],
    output: '.next/BUILD_ID',
    commands: [tool('next/dist/bin/next', 'build')],
  },
  {
    name: 'client',
    inputs: ['server', 'scripts/prepare/client-types.mjs', 'tsconfig.json'],
    output: 'dist/client.d.ts',
    commands: [
      // one file that needs no package: ws and its like ask for parts of Node by `require`
      esbuild(
        'server/client.ts',
        ...NODE_TARGET.filter((flag) => !/packages|sourcemap/.test(flag)),
        '--minify-syntax',
        '--legal-comments=eof',
        "--banner:js=import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
        '--outfile=dist/client.js',
      ),
      tool('typescript/bin/tsc', '-p', 'server/client.tsconfig.json'),
      [process.execPath, [join('scripts', 'prepare', 'client-types.mjs')]],
    ],
  },
];

/** What a server and its sandbox need to run; the client is for other programs. */
export const TO_RUN = TARGETS.map(({ name }) => name).filter((name) => name !== 'client');

const STAMPS = join('.cache', 'built.json');
const readStamps = () =>
  existsSync(STAMPS) ? /** @type {Record<string, string>} */ (JSON.parse(readFileSync(STAMPS, 'utf8'))) : {};

/** @returns {string[]} every file below, sorted; generated code is not a source */
function filesOf(/** @type {string} */ path) {
  if (!existsSync(path) || path === join('server', 'generated')) return [];
  const entries = readdirSync(path, { withFileTypes: true });
  return entries
    .flatMap((entry) => (entry.isDirectory() ? filesOf(join(path, entry.name)) : [join(path, entry.name)]))
    .sort();
}

/** A hash over the contents of a target's sources, the lock file and the way it is built. */
function hashOf(/** @type {(typeof TARGETS)[number]} */ { inputs, commands }) {
  const hash = createHash('sha256').update(JSON.stringify([process.versions.node, commands]));
  for (const input of ['package-lock.json', ...inputs]) {
    const files = /\.[a-z]+$/.test(input) ? [input] : filesOf(input);
    for (const file of files) hash.update(`\0${file}\0`).update(existsSync(file) ? readFileSync(file) : '');
  }
  return hash.digest('hex');
}

/**
 * Builds what is missing or was built from other sources. `say` gets the name of each part before it is built.
 * @param {(name: string) => void} say
 * @param {{ only?: string[] }} [options] `only`: these parts
 * @returns {Promise<boolean>} whether anything was built
 */
export function ensureBuilt(say, { only } = {}) {
  const wait = () => say('esperando a otra compilación · waiting for another build');
  return alone(join('.cache', 'build.lock'), wait, () => build(say, only));
}

/** @returns {Promise<boolean>} */
async function build(/** @type {(name: string) => void} */ say, /** @type {string[] | undefined} */ only) {
  let built = false;
  for (const target of TARGETS.filter(({ name }) => !only || only.includes(name))) {
    const hash = hashOf(target);
    if (readStamps()[target.name] === hash && existsSync(target.output)) continue;
    say(target.name);
    built = true;
    const production = { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
    for (const [command, args] of target.commands) {
      await runLogged(`build-${target.name.replaceAll(' ', '-')}`, command, args, production);
    }
    mkdirSync(dirname(STAMPS), { recursive: true });
    writeFileSync(`${STAMPS}.new`, JSON.stringify({ ...readStamps(), [target.name]: hash }, null, 2));
    renameSync(`${STAMPS}.new`, STAMPS);
  }
  return built;
}
