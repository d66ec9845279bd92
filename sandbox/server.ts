import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { buildBrowserFiles } from './build-page';
import { readConfig } from './config';
import { createControl } from './control';
import { seedDemo } from './demo';
import { serveHttp } from './http';
import { createNetwork } from './network';
import { createPageFiles } from './page-files';
import { createPageSocket } from './page-socket';
import { allOff, today } from './switches';

/** Composition root of the sandbox: reads SANDBOX_*, starts, says in one line of JSON where it is, ends on SIGTERM. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const files = await buildBrowserFiles();
  // The port first: a second sandbox on it fails before it has touched the data of the one that runs. From here on nothing
  // waits, so that no request comes before there is somebody to answer it.
  const server = createServer();
  server.listen(config.port, config.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const authority = `${config.host === '::1' ? '[::1]' : config.host}:${port}`;

  const network = createNetwork(config);
  if (config.demo) seedDemo(network);
  const pageSocket = createPageSocket(network);
  const pageDir = resolve(config.pageDir);
  const pageFiles = createPageFiles({
    dir: pageDir,
    script: files.page,
    socketUrl: `ws://${authority}/page`,
    tables: network.tables,
  });
  const versions = { today: pageFiles.add(today), off: pageFiles.add(allOff) };
  const pageVersion = versions[config.page];
  const control = createControl({ network, pageSocket, pageFiles });
  const http = serveHttp(server, { files, control, pageSocket, bus: network.bus });

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
