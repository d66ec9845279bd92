import { tracked } from '@trpc/server';
import { ownerProcedure, router } from '@/server/trpc';
import { follow, headOf } from './log';
import { followInput } from './schema';

export const eventsRouter = router({
  /** Where the log stands: ask before loading lists, then follow from here, and nothing falls between. */
  head: ownerProcedure.query(async ({ ctx }) => ({ seq: await headOf(ctx.deps.db, ctx.ownerId) })),

  /** Each event once and in order; a client that comes back with the last id it saw misses nothing. */
  follow: ownerProcedure.input(followInput).subscription(async function* ({ ctx, input, signal }) {
    const { db, bus } = ctx.deps;
    const head = await headOf(db, ctx.ownerId);
    // an id beyond the head is of another log (a database that was put back): nothing would come until ours had caught up with it
    const after = input?.lastEventId ? Math.min(Number(input.lastEventId), head) : head;
    for await (const event of follow({ db, bus }, ctx.ownerId, after, signal ?? new AbortController().signal)) {
      yield tracked(String(event.seq), event);
    }
  }),
});
