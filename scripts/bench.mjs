// @ts-check
// `npm run bench [-- --short]`: builds what is missing, then runs bench/, which measures the product beside the bare library.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { fail } from './prepare/steps.mjs';
import { prepare } from './prepare.mjs';

try {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  await prepare();
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  // a Ctrl-C reaches both: the bench ends in order, and this waits for it
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill('SIGTERM'));
  child.once('exit', (code) => {
    process.exitCode = code ?? 1;
  });
} catch (error) {
  fail(error);
}
