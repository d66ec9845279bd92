import type { OwnerId } from '@/server/auth/owner-id';
import { freshClientKey, type Once } from './once';

/** What a procedure knows of the call that it answers. */
type Call<Input> = {
  ctx: {
    deps: { once: Once };
    ownerId: OwnerId;
    idempotencyKey: string | null;
    answerHeaders: Headers;
    /** Counts this call under its limit, where that was left to whoever does the work. Throws RATE_LIMITED. */
    countSend: () => Promise<void>;
  };
  path: string;
  input: Input;
};

/**
 * Every procedure that sends something runs its work through here, whichever API called it: `clientKey` is the key of the message that
 * it makes, and the same one when the same Idempotency-Key asks again. An answer that was given before says so in its headers.
 */
export async function sendOnce<Input, Result>(
  { ctx, path, input }: Call<Input>,
  work: (clientKey: string) => Promise<Result>,
): Promise<Result> {
  const { idempotencyKey: key, ownerId } = ctx;
  if (key === null) return work(freshClientKey());
  const { answer, again } = await ctx.deps.once({ ownerId, procedure: path, key, input }, async (clientKey) => {
    await ctx.countSend();
    return work(clientKey);
  });
  if (again) ctx.answerHeaders.set('idempotency-replayed', 'true');
  return answer;
}
