import { adminProcedure, ownerProcedure, publicProcedure, registerProcedure, router } from '@/server/trpc';
import { getUser, login, register, setDisabled } from './accounts';
import { changePassword, resetPassword } from './change-password';
import { askForReset } from './forgotten-password';
import {
  changePasswordInput,
  done,
  forgotPasswordInput,
  loginInput,
  me,
  registerInput,
  resetPasswordInput,
  setDisabledInput,
  signedIn,
} from './schema';
import { signInvite, signToken } from './tokens';
import type { Context } from '@/server/trpc';
import type { Me } from './schema';

async function signIn({ deps }: Context, user: Me) {
  const session = await deps.authSessions.create(user.id);
  const claims = { userId: user.id, email: user.email, sessionId: session.id };
  return { user, token: await signToken(deps.config.JWT_SECRET, claims, session.expiresAt) };
}

const DONE = { success: true as const };

export const authRouter = router({
  register: registerProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/auth/register',
        tags: ['auth'],
        summary: 'Make an account',
        description:
          'The first account is the admin. After it, `REGISTRATION` decides: `open`, `invite` (with an `inviteToken`) or `closed`.',
        status: 201,
        public: true,
        errors: ['EMAIL_ALREADY_EXISTS', 'REGISTRATION_CLOSED', 'RATE_LIMITED'],
      },
    })
    .input(registerInput)
    .output(signedIn)
    .mutation(async ({ ctx, input }) => signIn(ctx, await register(ctx.deps, { ...input, locale: ctx.locale }))),

  login: publicProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/auth/login',
        tags: ['auth'],
        summary: 'Get a bearer token',
        description: 'A JWT (HS256) that lasts 7 days unless JWT_EXPIRES_IN says otherwise, or until the log-out.',
        public: true,
        errors: ['INVALID_CREDENTIALS', 'TOO_MANY_ATTEMPTS', 'LIMITS_UNAVAILABLE'],
      },
    })
    .input(loginInput)
    .output(signedIn)
    .mutation(async ({ ctx, input }) => {
      const { address, answerHeaders } = ctx;
      return signIn(ctx, await login(ctx.deps, { ...input, address, answerHeaders }));
    }),

  me: ownerProcedure
    .meta({ openapi: { method: 'GET', path: '/auth/me', tags: ['auth'], summary: 'Whose token this is' } })
    .output(me)
    .query(({ ctx }) => getUser(ctx.deps.db, ctx.ownerId)),

  logout: ownerProcedure
    .meta({
      // whoever wants to go may go
      limit: 'uncounted',
      openapi: {
        method: 'POST',
        path: '/auth/logout',
        tags: ['auth'],
        summary: 'End this sign-in',
        description: 'The token is nobody’s from here on, and its open sockets close. Other sign-ins go on.',
      },
    })
    .output(done)
    .mutation(async ({ ctx }) => {
      await ctx.deps.authSessions.end(ctx.identity.sessionId);
      return DONE;
    }),

  password: ownerProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/auth/password',
        tags: ['auth'],
        summary: 'Change the password',
        description: 'All other sign-ins of the account end; this one goes on.',
        errors: ['INVALID_CREDENTIALS', 'TOO_MANY_ATTEMPTS', 'LIMITS_UNAVAILABLE'],
      },
    })
    .input(changePasswordInput)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      const { address, answerHeaders } = ctx;
      await changePassword(ctx.deps, ctx.identity, { ...input, address, answerHeaders });
      return DONE;
    }),

  forgotPassword: registerProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/auth/password/forgot',
        tags: ['auth'],
        summary: 'Ask for a mail to set a forgotten password',
        description:
          'Answers the same whether or not there is such an account. Where the server sends no mail: `npm run password` on the server.',
        status: 202,
        public: true,
        errors: ['MAIL_NOT_SET_UP', 'LIMITS_UNAVAILABLE', 'RATE_LIMITED'],
      },
    })
    .input(forgotPasswordInput)
    .output(done)
    .mutation(async ({ ctx: { deps, locale }, input }) => {
      const { db, redis, channels } = deps;
      await askForReset({ db, redis, mailer: channels.mailer }, { email: input.email, locale });
      return DONE;
    }),

  resetPassword: publicProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/auth/password/reset',
        tags: ['auth'],
        summary: 'Set a forgotten password',
        description:
          'With the token of the mail, or of `npm run password` on the server; once, within an hour. Every sign-in ends.',
        public: true,
        errors: ['INVALID_TOKEN', 'TOKEN_EXPIRED'],
      },
    })
    .input(resetPasswordInput)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await resetPassword(ctx.deps, input);
      return DONE;
    }),

  /** An invitation link's token, for `REGISTRATION=invite`. */
  invite: adminProcedure.mutation(async ({ ctx }) => ({
    inviteToken: await signInvite(ctx.deps.config.JWT_SECRET, ctx.ownerId),
  })),

  setDisabled: adminProcedure
    .input(setDisabledInput)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await setDisabled(ctx.deps, input);
      return DONE;
    }),
});
