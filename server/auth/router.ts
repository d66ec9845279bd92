import { adminProcedure, ownerProcedure, publicProcedure, router } from '@/server/trpc';
import { getUser, login, register } from './accounts';
import { loginInput, me, registerInput, signedIn } from './schema';
import { signInvite, signToken } from './tokens';
import type { Context } from '@/server/trpc';
import type { Me } from './schema';

async function signIn({ deps }: Context, user: Me) {
  const session = await deps.authSessions.create(user.id);
  const claims = { userId: user.id, email: user.email, sessionId: session.id };
  return { user, token: await signToken(deps.config.JWT_SECRET, claims, session.expiresAt) };
}

export const authRouter = router({
  register: publicProcedure
    .input(registerInput)
    .output(signedIn)
    .mutation(async ({ ctx, input }) => signIn(ctx, await register(ctx.deps, { ...input, locale: ctx.locale }))),

  login: publicProcedure
    .input(loginInput)
    .output(signedIn)
    .mutation(async ({ ctx, input }) => signIn(ctx, await login(ctx.deps, { ...input, address: ctx.address }))),

  me: ownerProcedure.output(me).query(({ ctx }) => getUser(ctx.deps.db, ctx.ownerId)),

  logout: ownerProcedure.mutation(async ({ ctx }) => {
    await ctx.deps.authSessions.end(ctx.identity.sessionId);
    return { success: true as const };
  }),

  /** An invitation link's token, for `REGISTRATION=invite`. */
  invite: adminProcedure.mutation(async ({ ctx }) => ({
    inviteToken: await signInvite(ctx.deps.config.JWT_SECRET, ctx.ownerId),
  })),
});
