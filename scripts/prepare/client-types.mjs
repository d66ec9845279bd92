// @ts-check
// Makes dist/client.d.ts of what tsc wrote for server/client.ts (server/client.tsconfig.json): one file that needs no other, not even
// tRPC's, whose types are replaced by what they come to for a caller (server/client-rpc.d.ts).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const WRITTEN = join('.cache', 'client-types', 'server');
const read = (/** @type {string} */ name) => readFileSync(join(WRITTEN, name), 'utf8');

/** What a caller never sees, or sees under a plain type. Every other name that the types use has to be declared in the file. */
const PLAIN = /** @type {Record<string, string>} */ ({ Context: 'object', RestMeta: 'object', OwnerId: 'string' });

/** Where the bracket closes that opens at `from`. */
function closing(/** @type {string} */ text, /** @type {number} */ from) {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth++;
    if (text[at] === '}' && --depth === 0) return at + 1;
  }
  throw new Error('a bracket is not closed');
}

/** Without each `name: {…};`: the same shape at every procedure. */
function without(/** @type {string} */ text, /** @type {string} */ name) {
  const start = new RegExp(`\\n *${name}: \\{`);
  for (let found = start.exec(text); found; found = start.exec(text)) {
    const end = closing(text, found.index + found[0].length - 1);
    text = text.slice(0, found.index) + text.slice(text[end] === ';' ? end + 1 : end);
  }
  return text;
}

const inPlace = (/** @type {string} */ text) =>
  text.replaceAll(/import\("[^"]+"\)\.(\w+)/g, (_, /** @type {string} */ name) => PLAIN[name] ?? name);

/** @returns {string} a type of errors.d.ts, as written there */
function declared(/** @type {string} */ errors, /** @type {string} */ name) {
  const found = new RegExp(`export type ${name} = \\{[\\s\\S]*?\\n\\};`).exec(errors);
  if (!found) throw new Error(`errors.ts has no type ${name}`);
  return found[0];
}

function errorTypes() {
  const errors = read('errors.d.ts');
  const codes = [...errors.matchAll(/^ {4}readonly ([A-Z_]+):/gm)].map(([, code]) => `'${code}'`);
  if (codes.length === 0) throw new Error('errors.ts has no codes');
  const code = `export type ErrorCode =\n  | ${codes.join('\n  | ')};`;
  return [code, declared(errors, 'ErrorDetail'), declared(errors, 'AppErrorData')].join('\n\n');
}

function routerType() {
  const found = /export declare const appRouter: ([\s\S]*);\nexport type AppRouter = typeof appRouter;/.exec(
    read('router.d.ts'),
  );
  if (!found?.[1]) throw new Error('router.ts is not written as expected');
  const brief = without(found[1], 'errorShape').replaceAll(/\n *(meta|ctx): import\("[^"]+"\)\.\w+;/g, '');
  return `export type AppRouter = ${inPlace(brief)};`;
}

const withoutImports = (/** @type {string} */ text) =>
  text.replaceAll(/^(import .*|export type \{ AppErrorData, AppRouter \};)\n/gm, '');

const calls = readFileSync(join('server', 'client-rpc.d.ts'), 'utf8');
const client = withoutImports(read('client.d.ts'));
const whole = [client, errorTypes(), calls.replaceAll(/^export /gm, ''), routerType(), 'export {};\n'].join('\n\n');
const left = /\bimport\b.*/.exec(whole.replaceAll(/\/\*\*?[\s\S]*?\*\/|\/\/.*/g, ''));
if (left) throw new Error(`dist/client.d.ts would need another file: ${left[0]}`);
writeFileSync(join('dist', 'client.d.ts'), whole);
