// @ts-check
// `npm run dev`: the server from its sources, restarted when they change, with Next in development and the sandbox beside it.
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { banner } from './banner.mjs';
import { holdDataFolder } from './prepare/hold.mjs';
import { fail, step, yellow } from './prepare/steps.mjs';
import { prepare } from './prepare.mjs';
import { registerDemo, untilReady } from './run/api.mjs';
import { stopInOrder } from './run/children.mjs';
import { makeDataFolder, secretsOf } from './run/data.mjs';
import { keepFresh } from './run/keep-fresh.mjs';
import { checkPort, portFrom } from './run/ports.mjs';
import { startSandbox, startServer, withoutEnvFile } from './run/start.mjs';

/** @type {import('./run/children.mjs').Child | null} */
let sandbox = null;
/** @type {ReturnType<typeof keepFresh> | null} */
let server = null;
/** In the order in which they stop. */
const children = () => [server?.current(), sandbox].filter((child) => child != null);

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
  holdDataFolder(dataDir, port);
  let stopping = false;
  stopInOrder(children, () => {
    stopping = true;
    server?.stop();
  });
  const started = startSandbox({ dataDir, port: sandboxPort });
  sandbox = started.child;
  const { url: phone, env } = await started.ready;
  void sandbox.exited.then((how) => {
    if (!stopping)
      console.log(yellow(`El sandbox terminó (${how}): pará y arrancá · the sandbox ended: stop and start`));
  });
  const start = () =>
    startServer({
      dataDir,
      args: ['--enable-source-maps', '--import', 'tsx', 'server/entry.ts'],
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
  server = keepFresh({
    start,
    folders: ['server', join('prisma', 'migrations')],
    say: (line) => console.log(yellow(`\n${line}`)),
  });
  const url = `http://localhost:${port}`;
  await step('Servidor · server', () => untilReady(url, 120));
  await registerDemo(url);
  console.log(banner({ url, phone, dataDir, log: 'stdout' }));
} catch (error) {
  server?.stop();
  for (const child of children()) child.kill('SIGTERM');
  fail(error);
}
