import type { EmbeddedLogger } from '@/server/embedded/process';

/** For what tests start: says only what went wrong. */
export const quietLogger: EmbeddedLogger = {
  info() {},
  warn() {},
  error: (fields, message) => console.error(message, fields),
};
