// @ts-check
// `npm run chaos -- --seed N`: builds what is missing, then runs tests/chaos, which kills everything at moments that the seed decides.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { fail } from './prepare/steps.mjs';
import { prepare } from './prepare.mjs';

try {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  await prepare();
  const child = spawn(process.execPath, ['--import', 'tsx', 'tests/chaos/main.ts', ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  child.once('exit', (code) => {
    process.exitCode = code ?? 1;
  });
} catch (error) {
  fail(error);
}
