import { type Logger as PinoLogger, pino } from 'pino';

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

/** Standard JSON lines on stdout. Callers log ids, codes and counts; the redaction is the second wall, not the first. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: PRIVATE.flatMap((name) => [name, `*.${name}`]), censor: '[private]' },
  });
}
