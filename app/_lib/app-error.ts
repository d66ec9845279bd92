import { TRPCClientError } from '@trpc/client';
import { z } from 'zod';

const appError = z.object({
  code: z.string(),
  message: z.string(),
  details: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  /** Seconds. */
  retryAfter: z.number().optional(),
  requestId: z.string().optional(),
});
/** What the server said about a failure, in the page's language. */
export type AppError = z.infer<typeof appError>;

const shape = z.object({ app: appError });

/** The server's own words, or null when it was never reached (or something in between answered instead of it). */
export function appErrorOf(error: unknown): AppError | null {
  if (!(error instanceof TRPCClientError)) return null;
  const parsed = shape.safeParse(error.data);
  return parsed.success ? parsed.data.app : null;
}

const SIGN_IN_AGAIN = new Set(['TOKEN_REQUIRED', 'INVALID_TOKEN', 'TOKEN_EXPIRED', 'USER_NOT_FOUND']);

/** Whether only signing in again helps. */
export function isSignedOut(error: unknown): boolean {
  const code = appErrorOf(error)?.code;
  return code !== undefined && SIGN_IN_AGAIN.has(code);
}

const PASSING = new Set(['SHUTTING_DOWN', 'DATABASE_UNAVAILABLE', 'RATE_LIMITED']);

/**
 * Whether trying the very same thing again may work: the server was not reached, is on its way down, waits for its database, or was
 * asked too often.
 */
export function isPassing(error: unknown): boolean {
  const known = appErrorOf(error);
  return known === null || PASSING.has(known.code);
}
