import type { Db } from '@/server/db';

/** Removes what was kept for a day only: answers of Idempotency-Keys, and Twilio's callbacks for messages that nobody knows. */
export async function tidy(db: Db): Promise<void> {
  await db.sql.one`DELETE FROM idempotency_key WHERE created_at < now() - interval '24 hours'`;
  await db.sql.one`DELETE FROM twilio_callback WHERE received_at < now() - interval '24 hours'`;
}
