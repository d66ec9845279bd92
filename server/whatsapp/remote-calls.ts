import { randomUUID } from 'node:crypto';
import superjson from 'superjson';
import type { OwnerId } from '@/server/auth/owner-id';
import { AppError, type ErrorCode, isAppError } from '@/server/errors';
import type { Logger } from '@/server/logger';
import type { RedisClients } from '@/server/redis';
import type { Operation } from './operations';

/**
 * Asks the process that holds a session's lease to carry an operation out, over Redis. Nothing depends on the answer arriving: what
 * must not be lost is in the database, and a caller that hears nothing says so.
 */
export type RemoteCalls = {
  /** null: nobody listens under that id any more. Throws the AppError that the other process threw, or WHATSAPP_UNAVAILABLE. */
  call(holder: string, ownerId: OwnerId, operation: Operation): Promise<{ answer: unknown } | null>;
  close(): void;
};

type Handler = (ownerId: OwnerId, operation: Operation) => Promise<unknown>;
type Letter =
  | { kind: 'call'; id: string; from: string; ownerId: OwnerId; operation: Operation }
  | { kind: 'answer'; id: string; answer: unknown }
  | { kind: 'refusal'; id: string; code: ErrorCode; fields: string[] | null };

/** An unlink waits for WhatsApp, and a start for the end of the browser before it. */
const ANSWER_WITHIN_MS = 30_000;

const mailboxOf = (nodeId: string) => `whatsapp:node:${nodeId}`;

export function createRemoteCalls(deps: {
  redis: RedisClients;
  nodeId: string;
  logger: Logger;
  handle: Handler;
}): RemoteCalls {
  const { redis, nodeId, logger, handle } = deps;
  const waiting = new Map<string, (letter: Exclude<Letter, { kind: 'call' }>) => void>();

  const post = (to: string, letter: Letter) => redis.commands.publish(mailboxOf(to), superjson.stringify(letter));

  async function answer(letter: Extract<Letter, { kind: 'call' }>): Promise<void> {
    const { id, from, ownerId, operation } = letter;
    try {
      await post(from, { kind: 'answer', id, answer: await handle(ownerId, operation) });
    } catch (error) {
      if (!isAppError(error))
        logger.error({ err: error, ownerId, operation: operation.name }, 'a call of another process failed');
      const { code, fields } = isAppError(error)
        ? { code: error.code, fields: error.more.fields }
        : { code: 'INTERNAL' as const, fields: null };
      await post(from, { kind: 'refusal', id, code, fields: fields ?? null });
    }
  }

  const onMessage = (channel: string, payload: string) => {
    if (channel !== mailboxOf(nodeId)) return;
    const letter = superjson.parse<Letter>(payload);
    if (letter.kind === 'call') answer(letter).catch((error) => logger.warn({ err: error }, 'an answer was not sent'));
    else waiting.get(letter.id)?.(letter);
  };
  redis.subscriber
    .subscribe(mailboxOf(nodeId))
    .catch((error) => logger.warn({ err: error }, 'cannot hear other processes'));
  redis.subscriber.on('message', onMessage);

  return {
    async call(holder, ownerId, operation) {
      const id = randomUUID();
      const letter = new Promise<Exclude<Letter, { kind: 'call' }>>((resolve, reject) => {
        const late = setTimeout(() => reject(new AppError('WHATSAPP_UNAVAILABLE')), ANSWER_WITHIN_MS);
        waiting.set(id, (found) => {
          clearTimeout(late);
          resolve(found);
        });
      });
      letter.catch(() => {});
      try {
        const listeners = await post(holder, { kind: 'call', id, from: nodeId, ownerId, operation }).catch((error) => {
          throw new AppError('WHATSAPP_UNAVAILABLE', { cause: error });
        });
        if (listeners === 0) return null;
        const answered = await letter;
        if (answered.kind === 'answer') return { answer: answered.answer };
        throw new AppError(answered.code, { fields: answered.fields ?? undefined });
      } finally {
        waiting.get(id)?.({ kind: 'answer', id, answer: null });
        waiting.delete(id);
      }
    },
    close() {
      redis.subscriber.off('message', onMessage);
    },
  };
}
