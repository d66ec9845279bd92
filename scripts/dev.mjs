// @ts-check
// `npm run dev`: the server from its sources, restarted when they change, with Next in development and the sandbox beside it.
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { banner } from './banner.mjs';
import { fail, step } from './prepare/steps.mjs';
import { prepare } from './prepare.mjs';
import { registerDemo } from './run/api.mjs';
import { stopInOrder } from './run/children.mjs';
import { makeDataFolder, secretsOf } from './run/data.mjs';
import { checkPort, portFrom } from './run/ports.mjs';
import { serverReady, startSandbox, startServer, withoutEnvFile } from './run/start.mjs';

/** @type {import('./run/children.mjs').Child[]} in the order in which they stop */
const children = [];

try {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  const port = portFrom('PORT', 3000);
  const sandboxPort = portFrom('SANDBOX_PORT', port + 100);
  await checkPort(port, 'PORT');
  await checkPort(sandboxPort, 'SANDBOX_PORT');
  await prepare({ redis: !process.env.REDIS_URL, only: ['database client', 'sandbox'] });
  const dataDir = process.env.DATA_DIR || join('.data', 'dev');
  const sessions = process.env.WHATSAPP_SESSION_PATH || join('sessions', 'dev');
  for (const folder of [dataDir, sessions]) makeDataFolder(folder, 'sandbox');
  stopInOrder(
    () => children,
    () => {},
  );
  const sandbox = startSandbox({ dataDir, port: sandboxPort });
  children.push(sandbox.child);
  const { url: phone, env } = await sandbox.ready;
  const server = startServer({
    dataDir,
    args: [join('node_modules', 'tsx', 'dist', 'cli.mjs'), 'watch', '--clear-screen=false', 'server/main.ts'],
    env: {
      ...withoutEnvFile(),
      ...secretsOf(dataDir),
      ...env,
      NODE_ENV: 'development',
      PORT: String(port),
      WHATSAPP_SESSION_PATH: sessions,
    },
    show: true,
  });
  children.unshift(server);
  const url = `http://localhost:${port}`;
  await step('Servidor · server', () => serverReady(server, url, 120));
  await registerDemo(url);
  console.log(banner({ url, phone, dataDir, log: 'stdout' }));
} catch (error) {
  for (const child of children) child.kill('SIGTERM');
  fail(error);
}
