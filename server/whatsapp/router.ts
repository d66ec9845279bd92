import { parsePhone } from '@/server/chats/phone-number';
import { AppError } from '@/server/errors';
import { type Context, ownerProcedure, router } from '@/server/trpc';
import { connectInput, disconnectInput, whatsappStatus } from './schema';

function registryOf({ deps }: Context) {
  if (!deps.config.WHATSAPP_WEB_ENABLED) throw new AppError('WHATSAPP_DISABLED');
  return deps.registry;
}

export const whatsappRouter = router({
  status: ownerProcedure.output(whatsappStatus).query(({ ctx }) => ctx.deps.registry.status(ctx.ownerId)),

  /** Waits until there is a code, a connection or a failure, 25 s at most. */
  connect: ownerProcedure
    .input(connectInput)
    .output(whatsappStatus)
    .mutation(({ ctx, input }) => {
      const phone = input?.phoneNumber
        ? parsePhone(input.phoneNumber, ctx.deps.config.DEFAULT_COUNTRY, 'phoneNumber')
        : null;
      return registryOf(ctx).connect(ctx.ownerId, phone);
    }),

  disconnect: ownerProcedure
    .input(disconnectInput)
    .output(whatsappStatus)
    .mutation(({ ctx, input }) => registryOf(ctx).disconnect(ctx.ownerId, input?.unlink ?? false)),

  restore: ownerProcedure.output(whatsappStatus).mutation(({ ctx }) => registryOf(ctx).restore(ctx.ownerId)),

  restart: ownerProcedure.output(whatsappStatus).mutation(({ ctx }) => registryOf(ctx).restart(ctx.ownerId)),

  /** The present state at once, then each change; codes only here and in the answers above, never in the log. */
  onStatus: ownerProcedure.subscription(async function* ({ ctx, signal }) {
    yield* ctx.deps.registry.watch(ctx.ownerId, signal ?? new AbortController().signal);
  }),
});
