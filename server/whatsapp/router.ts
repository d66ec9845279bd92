import { parsePhone } from '@/server/chats/phone-number';
import { AppError, type ErrorCode } from '@/server/errors';
import { sendOnce } from '@/server/idempotency/send-once';
import type { RestRoute } from '@/server/rest-meta';
import { countryOf } from '@/server/settings/settings';
import { type Context, ownerProcedure, publicProcedure, router } from '@/server/trpc';
import type { OwnerId } from '@/server/auth/owner-id';
import { listWhatsappMessages } from './history';
import { wordsOf } from './link-words';
import {
  availabilityAnswer,
  connectInput,
  disconnectInput,
  historyAnswer,
  historyInput,
  infoAnswer,
  linkAnswer,
  type LinkAnswer,
  ownStatus,
  qrAnswer,
  sendToNumberInput,
  sentAnswer,
  type WhatsappStatus,
} from './schema';
import { sendToNumber } from './send-to-number';

/** How long a caller waits for WhatsApp to take a message before it is told that it is queued (contract.md). */
const TAKEN_WITHIN_MS = 10_000;

type Owned = Context & { ownerId: OwnerId };

function registryOf({ deps }: Context) {
  if (!deps.config.WHATSAPP_WEB_ENABLED) throw new AppError('WHATSAPP_DISABLED');
  return deps.registry;
}

async function phoneOf({ deps, ownerId }: Owned, written: string, field: string): Promise<string> {
  return parsePhone(written, await countryOf(deps.db, ownerId, deps.config.DEFAULT_COUNTRY), field);
}

const own = (status: WhatsappStatus, { ownerId }: Owned) => ({ ...status, success: true as const, userId: ownerId });

const answer = (status: WhatsappStatus, { locale }: Context): LinkAnswer => ({
  ...status,
  success: status.status !== 'error' && status.status !== 'auth_failed',
  message: wordsOf(status.status, locale),
});

/** A restore is over when it is connected or has failed; on the way there it says one word. */
function onItsWay(status: WhatsappStatus): WhatsappStatus {
  const underWay = ['authenticated', 'syncing', 'reconnecting'].includes(status.status);
  return underWay ? { ...status, status: 'initializing' } : status;
}

/** Each of these counts under one limit with its like (contract.md, "Limits"). */
const linkProcedure = ownerProcedure.meta({ limit: 'link' });
const readProcedure = ownerProcedure.meta({ limit: 'whatsappRead' });

const route = (said: Omit<RestRoute, 'tags' | 'errors'>, ...errors: ErrorCode[]) => ({
  openapi: { ...said, tags: ['whatsapp'] as ['whatsapp'], errors },
});

export const whatsappRouter = router({
  status: readProcedure
    .meta(route({ method: 'GET', path: '/whatsapp/status', summary: 'How the link is' }))
    .output(ownStatus)
    .query(async ({ ctx }) => own(await ctx.deps.registry.status(ctx.ownerId), ctx)),

  /** Waits until there is a code, a connection or a failure, 25 s at most. */
  connect: linkProcedure
    .meta(
      route(
        {
          method: 'POST',
          path: '/whatsapp/connect',
          oldPaths: ['/whatsapp/connect-auth'],
          summary: 'Link a phone, or connect again',
          description:
            'Waits until there is a QR, a connection or a failure, 25 seconds at most. `qrCode` is the raw pairing string: draw it as a QR. With `phoneNumber` it asks for a pairing code instead.',
        },
        'INVALID_PHONE',
        'WHATSAPP_ALREADY_CONNECTED',
        'PAIRING_NOT_POSSIBLE',
        'WHATSAPP_DISABLED',
        'WHATSAPP_UNAVAILABLE',
      ),
    )
    .input(connectInput)
    .output(linkAnswer)
    .mutation(async ({ ctx, input }) => {
      const registry = registryOf(ctx);
      const phone = input?.phoneNumber ? await phoneOf(ctx, input.phoneNumber, 'phoneNumber') : null;
      return answer(await registry.connect(ctx.ownerId, phone), ctx);
    }),

  disconnect: linkProcedure
    .meta(
      route(
        {
          method: 'POST',
          path: '/whatsapp/disconnect',
          summary: 'Stop, and keep the link',
          description: '`restore` connects again without a QR. With `{"unlink": true}` the phone is unlinked for good.',
        },
        'NO_WHATSAPP_SESSION',
        'WHATSAPP_DISABLED',
        'WHATSAPP_UNAVAILABLE',
      ),
    )
    .input(disconnectInput)
    .output(linkAnswer)
    .mutation(async ({ ctx, input }) =>
      answer(await registryOf(ctx).disconnect(ctx.ownerId, input?.unlink ?? false), ctx),
    ),

  restore: linkProcedure
    .meta(
      route(
        { method: 'POST', path: '/whatsapp/restore', summary: 'Connect again with the link that was kept' },
        'NO_WHATSAPP_SESSION',
        'WHATSAPP_DISABLED',
        'WHATSAPP_UNAVAILABLE',
      ),
    )
    .output(linkAnswer)
    .mutation(async ({ ctx }) => answer(onItsWay(await registryOf(ctx).restore(ctx.ownerId)), ctx)),

  restart: linkProcedure
    .meta(
      route(
        { method: 'POST', path: '/whatsapp/restart', summary: 'Start the browser of this link anew' },
        'NO_WHATSAPP_SESSION',
        'WHATSAPP_DISABLED',
        'WHATSAPP_UNAVAILABLE',
      ),
    )
    .output(linkAnswer)
    .mutation(async ({ ctx }) => answer(await registryOf(ctx).restart(ctx.ownerId), ctx)),

  send: ownerProcedure
    .meta({ limit: 'send' })
    .meta(
      route(
        {
          method: 'POST',
          path: '/whatsapp/send',
          summary: 'Write to a number from your own',
          description:
            '200 once WhatsApp took it; 202 (`queued`) when that takes over 10 seconds, while the link is coming back, or at once with `Prefer: respond-async`.',
          statusWhen: { field: 'status', values: { queued: 202 } },
          oldNames: { to: 'clientNumber', message: 'text' },
          sends: true,
        },
        'INVALID_PHONE',
        'NUMBER_NOT_ON_WHATSAPP',
        'WHATSAPP_NOT_CONNECTED',
        'WHATSAPP_UNAVAILABLE',
        'PROVIDER_REFUSED',
      ),
    )
    .input(sendToNumberInput)
    .output(sentAnswer)
    .mutation((call) =>
      sendOnce(call, async (clientKey) => {
        const { ctx, input, signal } = call;
        const phone = await phoneOf(ctx, input.clientNumber, 'clientNumber');
        const waitMs = ctx.respondAsync ? 0 : TAKEN_WITHIN_MS;
        const wanted = { phone, text: input.text, clientKey, waitMs, signal };
        return { success: true as const, ...(await sendToNumber(ctx.deps, ctx.ownerId, wanted)) };
      }),
    ),

  info: readProcedure
    .meta(
      route(
        {
          method: 'GET',
          path: '/whatsapp/info',
          oldPaths: ['/whatsapp/info-auth'],
          summary: 'The number that is linked',
        },
        'NO_WHATSAPP_SESSION',
      ),
    )
    .output(infoAnswer)
    .query(async ({ ctx }) => {
      const { hasSession, connected, phoneNumber, name, platform } = await ctx.deps.registry.status(ctx.ownerId);
      if (!hasSession && !connected) throw new AppError('NO_WHATSAPP_SESSION');
      return { success: true as const, info: { phoneNumber, number: phoneNumber, name, platform } };
    }),

  messages: readProcedure
    .meta(
      route(
        {
          method: 'GET',
          path: '/whatsapp/messages',
          summary: 'What went over your number, newest first',
          oldValues: {
            direction: { incoming: { direction: 'inbound' }, outgoing: { direction: 'outbound' } },
          },
        },
        'CLIENT_NOT_FOUND',
      ),
    )
    .input(historyInput)
    .output(historyAnswer)
    .query(async ({ ctx, input }) => {
      const { messages, total } = await listWhatsappMessages(ctx.deps.db, ctx.ownerId, input, ctx.locale);
      const { limit, offset } = input;
      const withOldNames = messages.map((message) => ({
        ...message,
        body: message.text,
        timestamp: message.createdAt,
      }));
      return { success: true as const, messages: withOldNames, total, limit, offset };
    }),

  qr: readProcedure
    .meta(
      route({
        method: 'GET',
        path: '/whatsapp/qr',
        summary: 'The QR to scan now',
        description: '`qrCode` is null once it has expired: never a stale one.',
      }),
    )
    .output(qrAnswer)
    .query(async ({ ctx }) => own(await ctx.deps.registry.status(ctx.ownerId), ctx)),

  availability: publicProcedure
    .meta(route({ method: 'GET', path: '/whatsapp/availability', summary: 'What this server can do', public: true }))
    .output(availabilityAnswer)
    .query(async ({ ctx: { deps, locale } }) => {
      const enabled = deps.config.WHATSAPP_WEB_ENABLED;
      // one that hangs is connected all the same
      const redis = await deps.redis.commands.ping().then(
        () => true,
        () => false,
      );
      const words = enabled
        ? { es: 'WhatsApp Web está disponible.', en: 'WhatsApp Web is available.' }
        : { es: 'WhatsApp Web está desactivado en este servidor.', en: 'WhatsApp Web is switched off on this server.' };
      return {
        success: true as const,
        whatsappWeb: { enabled, hasRedis: redis, reason: words[locale] },
        features: { websockets: true, redis, whatsappWeb: enabled },
      };
    }),

  /** The present state at once, then each change; codes only here and in the answers above, never in the log. */
  onStatus: ownerProcedure.subscription(async function* ({ ctx, signal }) {
    for await (const status of ctx.deps.registry.watch(ctx.ownerId, signal ?? new AbortController().signal)) {
      yield own(status, ctx);
    }
  }),
});
