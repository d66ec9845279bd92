import process from 'node:process';

/**
 * What `npm start` runs. Loading all that the server imports takes a while, and a signal in that time must end it in order too:
 * nothing has begun, so there is nothing to end. Once main.ts listens as well (shutdown.ts) it decides; this listener stays, because
 * a signal that has come and was not told yet is lost with the last one that is taken away.
 */
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(0);
  });
}
await import('./main');
