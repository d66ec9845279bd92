import { z } from 'zod';
import type { Sql } from '@/server/sql';

/**
 * Work that is done later, in any process: what each kind of job is told. A job may run twice (its worker was killed), so whoever
 * handles one looks at what is stored first.
 */
export const JOBS = {
  /** Sends a message by the channel that is best then, or again by another. */
  send_message: z.object({ messageId: z.uuid() }),
  /** Asks a provider what became of an attempt of which nobody knows whether it left. `tries`: how often it was asked before. */
  settle_attempt: z.object({ attemptId: z.uuid(), tries: z.number().int() }),
  /** Looks at what waits to leave over WhatsApp Web; of one owner, or of all. Cron adds fields of its own. */
  recheck_waiting: z.object({ ownerId: z.uuid().optional() }),
  reset_password_mail: z.object({ email: z.string(), locale: z.enum(['es', 'en']) }),
  /** Removes what is kept for a while only. */
  tidy: z.object({}),
} as const;

export type JobName = keyof typeof JOBS;
export type JobPayload<Name extends JobName> = z.infer<(typeof JOBS)[Name]>;

export type JobHandlers = { [Name in JobName]: (payload: JobPayload<Name>) => Promise<void> };

export type JobOptions = {
  /** Not before. */
  runAt?: Date;
  /** Of one key there is one job that waits: the newer one takes its place. */
  key?: string;
  /** A job of this key that waits already keeps its time. */
  keepTime?: boolean;
  /** How often it is tried when its handler throws. */
  tries?: number;
};

/** Adds a job in the caller's transaction: it runs when that commits, and never was when it is rolled back. */
export async function enqueue<Name extends JobName>(
  sql: Sql,
  name: Name,
  payload: JobPayload<Name>,
  { runAt, key, keepTime = false, tries = 25 }: JobOptions = {},
): Promise<void> {
  await sql`
    SELECT (graphile_worker.add_job(
      ${name}::text, ${JSON.stringify(payload)}::json, NULL::text, ${runAt ?? null}::timestamptz, ${tries}::int,
      ${key ?? null}::text, job_key_mode => ${keepTime ? 'preserve_run_at' : 'replace'}::text)).id::text AS id`;
}
