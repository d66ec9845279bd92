// @ts-check
// `npm pack`: the package is the client alone, which needs nothing else. npm writes package.json into it as it stands, with everything
// that the server needs; so `prepack` puts a short one in its place for that moment, and `postpack` puts the whole one back. (Broken off in
// between: `node scripts/pack.mjs back`.)
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './prepare/build.mjs';
import { fail } from './prepare/steps.mjs';

const WHOLE = join('.cache', 'package.whole.json');
const OF_THE_CLIENT = ['name', 'version', 'description', 'license', 'type', 'exports', 'files', 'engines'];

function putBack() {
  if (existsSync(WHOLE)) renameSync(WHOLE, 'package.json');
}

async function putShort() {
  // one that was broken off left the short one
  putBack();
  await ensureBuilt((name) => console.error(name), { only: ['database client', 'client'] });
  const text = readFileSync('package.json', 'utf8');
  const whole = /** @type {Record<string, unknown>} */ (JSON.parse(text));
  const short = Object.fromEntries(OF_THE_CLIENT.map((name) => [name, whole[name]]));
  mkdirSync(dirname(WHOLE), { recursive: true });
  writeFileSync(WHOLE, text);
  writeFileSync('package.json', `${JSON.stringify(short, null, 2)}\n`);
}

try {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  if (process.argv[2] === 'back') putBack();
  else await putShort();
} catch (error) {
  putBack();
  fail(error);
}
