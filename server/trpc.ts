import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { getTRPCErrorFromUnknown, initTRPC, TRPCError } from '@trpc/server';
import superjson from 'superjson';
import { ZodError } from 'zod';
import type { Identity } from '@/server/auth/identity';
import type { LoginLimit } from '@/server/auth/login-limit';
import type { OpenSockets } from '@/server/auth/open-sockets';
import type { AuthSessions } from '@/server/auth/sessions';
import type { Channels } from '@/server/channels/channels';
import type { Config } from '@/server/config';
import { type Db, isDatabaseAway } from '@/server/db';
import { AppError, type AppErrorData, ERRORS, type ErrorCode, isAppError, type Locale } from '@/server/errors';
import type { Bus } from '@/server/events/bus';
import type { Once } from '@/server/idempotency/once';
import { detailsOf } from '@/server/issue-words';
import { tellLimit } from '@/server/limits/headers';
import type { LimitName, Limits } from '@/server/limits/limits';
import { limitOf } from '@/server/limits/of-procedure';
import type { Logger } from '@/server/logger';
import type { Metrics } from '@/server/metrics';
import type { RedisClients } from '@/server/redis';
import type { RestMeta } from '@/server/rest-meta';
import type { Registry } from '@/server/whatsapp/registry';

/** The live parts that procedures call; made once, in main.ts. */
export type Deps = {
  config: Config;
  db: Db;
  bus: Bus;
  redis: RedisClients;
  logger: Logger;
  metrics: Metrics;
  authSessions: AuthSessions;
  openSockets: OpenSockets;
  loginLimit: LoginLimit;
  limits: Limits;
  registry: Registry;
  channels: Channels;
  once: Once;
};

export type Context = {
  deps: Deps;
  requestId: string;
  locale: Locale;
  /** The caller's address, for limits. */
  address: string;
  /** The request comes from a page of another site (its Origin is not ours). */
  foreignOrigin: boolean;
  /** The caller would rather have a 202 now than wait (`Prefer: respond-async`). */
  respondAsync: boolean;
  /** The Idempotency-Key of the request. */
  idempotencyKey: string | null;
  /** What procedures add to the answer's headers, such as RateLimit-*. */
  answerHeaders: Headers;
  /** Checks the caller's credential, once per request however often it is called. Throws the 401 codes. */
  identify: () => Promise<Identity>;
};

/** Whose request is under way, for what tRPC refuses before it asks for a context: a bad body, a bad path, a batch too long. */
export const requestScope = new AsyncLocalStorage<Pick<Context, 'locale' | 'requestId'>>();

const t = initTRPC
  .context<Context>()
  .meta<RestMeta>()
  .create({
    transformer: superjson,
    sse: { enabled: false },
    errorFormatter({ shape, error, ctx }) {
      const { locale, requestId } = ctx ?? requestScope.getStore() ?? { locale: 'es', requestId: randomUUID() };
      const app = describe(error, locale, requestId);
      const { status, trpc } = ERRORS[app.code];
      const { stack: _, ...data } = shape.data;
      return { ...shape, message: app.message, data: { ...data, code: trpc, httpStatus: status, app } };
    },
  });

/** Finds our code in whatever was thrown; what is not ours is INTERNAL and tells nothing. */
export function describe(error: TRPCError, locale: Locale, requestId: string): AppErrorData {
  const { cause } = error;
  if (isAppError(cause)) {
    const message = ERRORS[cause.code][locale];
    const { fields = [], faults = [], retryAfter } = cause.more;
    const details = [
      ...fields.map((field) => ({ field, message })),
      ...faults.map((fault) => ({ field: fault.field, message: fault[locale] })),
    ];
    return {
      code: cause.code,
      message,
      requestId,
      ...(details.length > 0 && { details }),
      ...(retryAfter !== undefined && { retryAfter }),
    };
  }
  const code = trpcCode(error);
  // an answer that does not fit its own schema is our mistake, and its issues are nobody's business
  const details = code === 'INVALID_INPUT' && cause instanceof ZodError ? detailsOf(cause.issues, locale) : undefined;
  return { code, message: ERRORS[code][locale], requestId, ...(details && { details }) };
}

/** Errors that tRPC raises by itself: a bad body, an unknown procedure, a wrong method. */
function trpcCode(error: TRPCError): ErrorCode {
  switch (error.code) {
    case 'BAD_REQUEST':
    case 'PARSE_ERROR':
    case 'METHOD_NOT_SUPPORTED':
    case 'UNSUPPORTED_MEDIA_TYPE':
      return 'INVALID_INPUT';
    case 'PAYLOAD_TOO_LARGE':
      return 'PAYLOAD_TOO_LARGE';
    case 'NOT_FOUND':
      return 'NOT_FOUND';
    default:
      return 'INTERNAL';
  }
}

/** Gives our errors tRPC's own code too, so that its clients and its HTTP status agree with the table. */
export function codedError(thrown: unknown): TRPCError {
  const error = getTRPCErrorFromUnknown(thrown);
  const inner = error.cause;
  const cause = isDatabaseAway(inner) ? new AppError('DATABASE_UNAVAILABLE', { cause: inner }) : inner;
  return isAppError(cause) ? new TRPCError({ code: ERRORS[cause.code].trpc, cause, message: cause.code }) : error;
}

const coded = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok) return result;
  throw codedError(result.error);
});

const authenticated = t.middleware(async ({ ctx, next }) => {
  const identity = await ctx.identify();
  // A cookie goes along by itself, so a page of another site could write, or read over a WebSocket, with it; a bearer token does not.
  if (identity.via === 'cookie' && ctx.foreignOrigin) throw new AppError('FOREIGN_ORIGIN');
  return next({ ctx: { ownerId: identity.ownerId, identity } });
});

/** Counts one call, and says so in the answer's headers. Throws RATE_LIMITED. */
async function spend({ deps, answerHeaders }: Context, name: LimitName, caller: string): Promise<void> {
  const counted = await deps.limits.take(name, caller);
  if (!counted) return;
  tellLimit(answerHeaders, counted);
  if (!counted.allowed) throw new AppError('RATE_LIMITED', { retryAfter: counted.resetSeconds });
}

const limited = t.middleware(async ({ ctx, meta, type, getRawInput, next }) => {
  const { ownerId, via } = await ctx.identify();
  const name = await limitOf({ declared: meta?.limit, type, via }, async () => {
    const input: unknown = await getRawInput();
    return typeof input === 'object' && input !== null ? Reflect.get(input, 'channel') : undefined;
  });
  const count = async () => {
    if (name) await spend(ctx, name, ownerId);
  };
  // an answer that was given before sends nothing: whoever does the work counts (idempotency/send-once.ts)
  const later = meta?.openapi?.sends === true && ctx.idempotencyKey !== null;
  if (!later) await count();
  return next({ ctx: { countSend: later ? count : async () => {} } });
});

const registering = t.middleware(async ({ ctx, next }) => {
  await spend(ctx, 'register', ctx.address);
  return next();
});

/** The role is the database's, looked up with each request, not the credential's. */
const admin = t.middleware(async ({ ctx, next }) => {
  const { role } = await ctx.identify();
  if (role !== 'admin') throw new AppError('ADMIN_ONLY');
  return next();
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;
export const publicProcedure = t.procedure.use(coded);
/** For who is not anybody yet: counted by address. */
export const registerProcedure = publicProcedure.use(registering);
export const ownerProcedure = publicProcedure.use(authenticated).use(limited);
export const adminProcedure = ownerProcedure.use(admin);
