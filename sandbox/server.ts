import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { buildBrowserFiles } from './build-page';
import { readConfig } from './config';
import { createControl, type Control } from './control';
import { seedDemo } from './demo';
import { createHttp } from './http';
import { createNetwork } from './network';
import { createPageFiles } from './page-files';
import { createPageSocket } from './page-socket';
import { allOff, today } from './switches';

/** Composition root of the sandbox: reads SANDBOX_*, starts, says in one line of JSON where it is, ends on SIGTERM. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const filesReady = buildBrowserFiles();
  const network = createNetwork(config);
  if (config.demo) seedDemo(network);
  const pageSocket = createPageSocket(network);
  const files = await filesReady;
  let control: Control | null = null;
  const http = createHttp({
    files: () => files,
    control: () => {
      if (!control) throw new Error('not listening yet');
      return control;
    },
    pageSocket,
    bus: network.bus,
  });

  http.server.listen(config.port, config.host);
  await once(http.server, 'listening');
  const { port } = http.server.address() as AddressInfo;
  const authority = `${config.host === '::1' ? '[::1]' : config.host}:${port}`;
  const pageDir = resolve(config.pageDir);
  const pageFiles = createPageFiles({
    dir: pageDir,
    script: files.page,
    socketUrl: `ws://${authority}/page`,
    tables: network.tables,
  });
  control = createControl({ network, pageSocket, pageFiles });
  pageFiles.add(allOff);
  const pageVersion = pageFiles.add(today);

  let stopping = false;
  const stop = (): void => {
    // A second signal does not wait.
    if (stopping) process.exit(1);
    stopping = true;
    pageSocket.stop();
    network.stop();
    http.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (config.endWithStdin) process.stdin.on('end', stop).resume();

  const env = {
    WHATSAPP_WEB_VERSION: pageVersion,
    WHATSAPP_WEB_CACHE_PATH: pageDir,
    CHROMIUM_ARGS: '--disable-features=LocalNetworkAccessChecks',
  };
  console.log(JSON.stringify({ url: `http://${authority}`, pageVersion, pageDir, env }));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
