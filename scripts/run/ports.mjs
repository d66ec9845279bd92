// @ts-check
import { createServer } from 'node:net';

/** Throws, naming the variable to set, when somebody listens on the port. */
export async function checkPort(/** @type {number} */ port, /** @type {string} */ variable) {
  for (const host of ['127.0.0.1', '::1']) {
    const error = await new Promise((resolve) => {
      const server = createServer();
      server.once('error', resolve);
      server.listen({ port, host }, () => server.close(() => resolve(null)));
    });
    const code = /** @type {NodeJS.ErrnoException | null} */ (error)?.code;
    if (code === 'EADDRINUSE') {
      throw new Error(
        `El puerto ${port} está ocupado. Elegí otro: ${variable}=${port + 1} npm run quickstart\n` +
          `  Port ${port} is in use. Choose another: ${variable}=${port + 1} npm run quickstart`,
      );
    }
    if (code === 'EACCES') throw new Error(`Port ${port} is reserved for root: set ${variable} to one above 1023.`);
  }
}

/** A port from the environment. Throws when it is none. */
export function portFrom(/** @type {string} */ variable, /** @type {number} */ fallback) {
  const given = process.env[variable];
  const port = given ? Number(given) : fallback;
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`${variable} must be a port number, from 1 to 65535.`);
}
