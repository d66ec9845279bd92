import process from 'node:process';

/**
 * What `npm start` runs. Loading all that the server imports takes a while, and a signal in that time must end it in order too:
 * nothing has begun, so there is nothing to end. main.ts takes the signals over (shutdown.ts).
 */
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
await import('./main');
