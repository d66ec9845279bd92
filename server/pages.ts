import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import next from 'next';
import type { Config } from '@/server/config';
import type { Pages } from '@/server/transport/http';

/**
 * Next inside our server. It listens for upgrades by itself and ends sockets whose path is a page's, so it gets an emitter of ours
 * in place of the server, and hears only what transport/http.ts hands on.
 */
export async function createPages(config: Config): Promise<Pages & { close(): Promise<void> }> {
  const dev = config.NODE_ENV === 'development';
  const upgrades: EventEmitter = new EventEmitter();
  const app = next({
    dev,
    dir: process.cwd(),
    hostname: 'localhost',
    port: config.PORT,
    httpServer: upgrades as Server,
  });
  await app.prepare();
  return { handle: app.getRequestHandler(), upgrades, dev, close: () => app.close() };
}
