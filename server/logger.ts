import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';

export type Logger = PinoLogger;

/** Names whose values never reach a log, at the first two levels: message texts, phone numbers, QR codes, secrets. */
const PRIVATE = [
  'text',
  'body',
  'phone',
  'phoneNumber',
  'to',
  'from',
  'email',
  'name',
  'qr',
  'qrCode',
  'pairingCode',
  'data',
  'token',
  'password',
  'authorization',
  'cookie',
  'secret',
];

/**
 * What is told of an error: what it is, where it came from and why. Nothing else that hangs on it is: drivers attach the row, the
 * query's values, and the whole connection with its secrets.
 */
function errorForLog(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'object' ? '[not an error]' : error;
  const { message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return {
    type: error.constructor.name,
    code: typeof code === 'string' || typeof code === 'number' ? code : undefined,
    message,
    stack,
    cause: cause !== undefined && depth < 3 ? errorForLog(cause, depth + 1) : undefined,
  };
}

/**
 * Standard JSON lines on stdout, or wherever `destination` takes them. Callers log ids, codes and counts; the redaction is the
 * second wall, not the first.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => errorForLog(error) },
    redact: { paths: PRIVATE.flatMap((name) => [name, `*.${name}`]), censor: '[private]' },
  };
  return destination ? pino(options, destination) : pino(options);
}
