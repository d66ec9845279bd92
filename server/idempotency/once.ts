import { setTimeout as sleep } from 'node:timers/promises';
import superjson from 'superjson';
import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { OwnerId } from '@/server/auth/owner-id';
import { type Db, untilDatabaseAnswers } from '@/server/db';
import { AppError, isAppError } from '@/server/errors';
import type { Logger } from '@/server/logger';
import { bodyHashOf } from './body-hash';

/**
 * Idempotency-Key (contract.md): the same key and body have the same answer, and what is sent is sent once: while the first request
 * is still running, after its process was killed, and over several processes. For 24 hours.
 *
 * The key is claimed as a row before anything is done. Whoever finds it claimed waits for its answer, or takes it over when the
 * process that claimed it is gone. `clientKey` follows from the row, so whoever does the work again finds the message that the first
 * one stored, and sends nothing.
 */
export type Once = ReturnType<typeof createOnce>;

export type Call = { ownerId: OwnerId; procedure: string; key: string; input: unknown };

/** `clientKey`: the message that this request makes. */
type Work<Result> = (clientKey: string) => Promise<Result>;

type Row = { bodyHash: string; state: 'running' | 'done'; holder: string | null; answer: unknown; createdAt: Date };

/** `again`: it was answered before. */
type Answered<Result> = { answer: Result; again: boolean };

/** How superjson keeps an answer. */
const stored = z.object({ json: z.json(), meta: z.any().optional() });

const MAX_KEY_LENGTH = 200;
const TOO_LONG = {
  field: 'Idempotency-Key',
  es: `A lo sumo ${MAX_KEY_LENGTH} caracteres.`,
  en: `At most ${MAX_KEY_LENGTH} characters.`,
};
const LASTS_HOURS = 24;
/** A request that takes longer is asked for again by its caller. */
const WAIT_MS = 30_000;
const LOOK_EVERY_MS = 100;
const NAMESPACE = 'c0a3c1f2-7b0e-4a55-9d8e-6f1f4d3a2b10';

/** One that carries no key is a request of its own. */
export const freshClientKey = (): string => uuidv7();

export function createOnce(deps: { db: Db; nodeId: string; logger: Logger; waitMs?: number }) {
  const { db, nodeId, logger, waitMs = WAIT_MS } = deps;
  /** What this process is doing, and for which body; a claim of ours that is not here was left behind. */
  const running = new Map<string, string>();

  const idOf = ({ ownerId, procedure, key }: Call) => `${ownerId} ${procedure} ${key}`;

  /** The claim, ours from now on or somebody's. */
  async function claim(call: Call, bodyHash: string): Promise<Row & { fresh: boolean }> {
    const { ownerId, procedure, key } = call;
    // expired is absent, though the clean-up has not come by yet
    await db.sql.one`
      DELETE FROM idempotency_key
      WHERE owner_id = ${ownerId}::uuid AND procedure = ${procedure} AND key = ${key}
        AND created_at < now() - make_interval(hours => ${LASTS_HOURS}::int)`;
    const [claimed] = await db.sql.one<Row>`
      INSERT INTO idempotency_key (owner_id, procedure, key, body_hash, holder)
      VALUES (${ownerId}::uuid, ${procedure}, ${key}, ${bodyHash}, ${nodeId})
      ON CONFLICT (owner_id, procedure, key) DO NOTHING RETURNING body_hash, state, holder, answer, created_at`;
    if (claimed) return { ...claimed, fresh: true };
    const [found] = await db.sql.one<Row>`
      SELECT body_hash, state, holder, answer, created_at FROM idempotency_key
      WHERE owner_id = ${ownerId}::uuid AND procedure = ${procedure} AND key = ${key}`;
    // it may have been given back in this moment
    return found ? { ...found, fresh: false } : claim(call, bodyHash);
  }

  /** Takes over a claim that nobody is working on: this process left it behind, or the one that had it is gone. */
  async function takeOver({ ownerId, procedure, key }: Call, holder: string | null): Promise<boolean> {
    const taken = await db.sql.transaction(async (sql) => {
      if (holder !== null && holder !== nodeId) {
        const [lock] = await sql<{ free: boolean }>`
          SELECT pg_try_advisory_xact_lock_shared(hashtextextended(${holder}, 0)) AS free`;
        if (!lock?.free) return [];
      }
      return sql`
        UPDATE idempotency_key SET holder = ${nodeId}
        WHERE owner_id = ${ownerId}::uuid AND procedure = ${procedure} AND key = ${key} AND state = 'running'
          AND holder IS NOT DISTINCT FROM ${holder}::text RETURNING key`;
    });
    return taken.length > 0;
  }

  async function keepAnswer({ ownerId, procedure, key }: Call, answer: unknown): Promise<void> {
    await db.sql.one`
      UPDATE idempotency_key SET state = 'done', holder = NULL, answer = ${JSON.stringify(superjson.serialize(answer))}::jsonb
      WHERE owner_id = ${ownerId}::uuid AND procedure = ${procedure} AND key = ${key}`;
  }

  /** What was refused was not sent, and the key is as new; after any other failure whoever comes next finds what was stored. */
  async function giveBack({ ownerId, procedure, key }: Call, error: unknown): Promise<void> {
    if (isAppError(error) && error.code !== 'DATABASE_UNAVAILABLE') {
      await db.sql.one`
        DELETE FROM idempotency_key WHERE owner_id = ${ownerId}::uuid AND procedure = ${procedure} AND key = ${key}`;
      return;
    }
    await db.sql.one`
      UPDATE idempotency_key SET holder = NULL
      WHERE owner_id = ${ownerId}::uuid AND procedure = ${procedure} AND key = ${key} AND state = 'running'`;
  }

  /** A record that cannot be made now is waited for; then the claim stays ours, and the next request finds that nobody works on it. */
  const written = (call: Call, record: () => Promise<void>) =>
    untilDatabaseAnswers(record, logger).catch((error) =>
      logger.error({ err: error, procedure: call.procedure }, 'what became of an Idempotency-Key could not be kept'),
    );

  async function work<Result>(call: Call, row: Row, todo: Work<Result>): Promise<Result> {
    const clientKey = uuidv5(`${idOf(call)} ${row.createdAt.toISOString()}`, NAMESPACE);
    try {
      const answer = await todo(clientKey);
      await written(call, () => keepAnswer(call, answer));
      return answer;
    } catch (error) {
      await written(call, () => giveBack(call, error));
      throw error;
    }
  }

  /** undefined: somebody else is working on it. */
  async function tryOnce<Result>(
    call: Call,
    bodyHash: string,
    todo: Work<Result>,
  ): Promise<Answered<Result> | undefined> {
    const row = await claim(call, bodyHash);
    if (row.bodyHash !== bodyHash) throw new AppError('IDEMPOTENCY_KEY_REUSED', { fields: ['Idempotency-Key'] });
    if (row.state === 'done') return { answer: superjson.deserialize<Result>(stored.parse(row.answer)), again: true };
    const mine = row.fresh || (await takeOver(call, row.holder));
    return mine ? { answer: await work(call, row, todo), again: false } : undefined;
  }

  /**
   * Runs `todo` for this key, or answers with what it answered before. Throws INVALID_INPUT for a key that is too long,
   * IDEMPOTENCY_KEY_REUSED for another body, IDEMPOTENCY_KEY_BUSY when the first request takes too long, or what `todo` throws.
   */
  return async function once<Result>(call: Call, todo: Work<Result>): Promise<Answered<Result>> {
    if (call.key.length > MAX_KEY_LENGTH) throw new AppError('INVALID_INPUT', { faults: [TOO_LONG] });
    const id = idOf(call);
    const bodyHash = bodyHashOf(call.input);
    for (const until = Date.now() + waitMs; Date.now() < until; await sleep(LOOK_EVERY_MS)) {
      // one at a time within this process; the row says the rest
      const other = running.get(id);
      if (other !== undefined && other !== bodyHash) break;
      if (other !== undefined) continue;
      running.set(id, bodyHash);
      try {
        const answered = await tryOnce(call, bodyHash, todo);
        if (answered) return answered;
      } finally {
        running.delete(id);
      }
    }
    if ((running.get(id) ?? bodyHash) !== bodyHash) {
      throw new AppError('IDEMPOTENCY_KEY_REUSED', { fields: ['Idempotency-Key'] });
    }
    throw new AppError('IDEMPOTENCY_KEY_BUSY', { retryAfter: 5 });
  };
}
