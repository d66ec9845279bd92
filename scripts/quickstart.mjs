// @ts-check
// `npm run quickstart`: from a clean clone to a running OmniWP, with the sandbox in place of WhatsApp; `-- --live` with the real one.
// Plain Node: it runs before `npm install`.
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { banner, LIVE_WARNING } from './banner.mjs';
import { TO_RUN } from './prepare/build.mjs';
import { holdDataFolder } from './prepare/hold.mjs';
import { fail, step, yellow } from './prepare/steps.mjs';
import { prepare } from './prepare.mjs';
import { registerDemo } from './run/api.mjs';
import { stopInOrder } from './run/children.mjs';
import { makeDataFolder, secretsOf } from './run/data.mjs';
import { checkPort, portFrom } from './run/ports.mjs';
import { serverReady, startSandbox, startServer, withoutEnvFile } from './run/start.mjs';

/** @type {import('./run/children.mjs').Child[]} in the order in which they stop */
const children = [];
let stopping = false;

async function main() {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  const args = process.argv.slice(2);
  const unknown = args.find((arg) => arg !== '--live');
  if (unknown)
    throw new Error(`I do not know ${unknown}. There is: npm run quickstart, and npm run quickstart -- --live`);
  const live = args.includes('--live');
  const mode = live ? 'live' : 'sandbox';
  if (live) {
    try {
      process.loadEnvFile();
    } catch {
      // no .env: everything has a default
    }
  }
  const port = portFrom('PORT', 3000);
  const sandboxPort = portFrom('SANDBOX_PORT', port + 100);
  await checkPort(port, 'PORT');
  if (!live) await checkPort(sandboxPort, 'SANDBOX_PORT');
  const dataDir = process.env.DATA_DIR || join('.data', mode);
  const sessions = process.env.WHATSAPP_SESSION_PATH || (live ? 'sessions' : join('sessions', mode));
  for (const folder of [dataDir, sessions]) makeDataFolder(folder, mode);
  holdDataFolder(dataDir, port);

  await prepare({ redis: !process.env.REDIS_URL, only: TO_RUN });

  const env = {
    ...(live ? {} : withoutEnvFile()),
    ...secretsOf(dataDir),
    PORT: String(port),
    WHATSAPP_SESSION_PATH: sessions,
  };
  stopInOrder(
    () => children,
    () => {
      stopping = true;
      console.log('\nParando… · Stopping…');
    },
  );

  let phone = null;
  if (live) {
    console.log(yellow(LIVE_WARNING));
  } else {
    phone = await step('Sandbox', async () => {
      const { child, ready } = startSandbox({ dataDir, port: sandboxPort });
      children.push(child);
      const { url, env: variables } = await ready;
      Object.assign(env, variables, { REGISTRATION: process.env.REGISTRATION || 'open' });
      return url;
    });
  }
  const url = `http://localhost:${port}`;
  const server = startServer({ dataDir, env });
  children.unshift(server);
  await step('Servidor · server', () => serverReady(server, url, 120));
  if (!live) await step('Cuenta demo · demo login', () => registerDemo(url));
  console.log(banner({ url, phone, dataDir, log: server.logFile }));

  for (const child of children) {
    child.exited.then((how) => {
      if (!stopping) abandon(new Error(`${child.name}: ended by itself (${how}). See ${child.logFile}`));
    });
  }
}

/** Ends what was started and says why. */
async function abandon(/** @type {unknown} */ error) {
  if (stopping) return;
  stopping = true;
  for (const child of children) {
    child.kill('SIGTERM');
    await child.exited;
  }
  fail(error);
}

await main().catch(abandon);
