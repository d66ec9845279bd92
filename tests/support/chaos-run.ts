import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { environment } from '@/server/config';
import { freePort } from './free-port';

const root = resolve(import.meta.dirname, '../..');

/**
 * Runs the built server until it ends by itself, `seconds` at most: for starts that must be refused. Nothing that it was told to
 * use is touched afterwards, because it may be another one's. Answers with its exit code (null: it was still running and was
 * killed) and with everything that it said.
 */
export async function runToItsEnd(
  env: Record<string, string>,
  seconds = 30,
): Promise<{ code: number | null; said: string }> {
  const blank = Object.fromEntries(Object.keys(environment.shape).map((name) => [name, '']));
  const child = spawn(process.execPath, ['dist/server.mjs'], {
    cwd: root,
    env: {
      ...process.env,
      ...blank,
      NODE_ENV: 'production',
      PORT: String(await freePort()),
      JWT_SECRET: 'Zq7-uX2.kM9_vB4!tR8~wN3(pL6)cH1*',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const code = await new Promise<number | null>((ended) => child.once('close', ended));
  return { code, said };
}
