import { sendOnce } from '@/server/idempotency/send-once';
import { page } from '@/server/paging/schema';
import { composeFromTemplate } from '@/server/templates/compose';
import { allTemplates } from '@/server/templates/templates';
import { adminProcedure, ownerProcedure, router } from '@/server/trpc';
import { getMessage, listMessages, listUnclaimed } from './messages';
import {
  listMessagesInput,
  messageInput,
  messagesAnswer,
  preview,
  previewInput,
  sendMessageAnswer,
  sendMessageInput,
  templatesAnswer,
  toldMessage,
  unclaimedInput,
  unclaimedMessage,
} from './schema';
import { sendMessage } from './send';

export const messagesRouter = router({
  send: ownerProcedure
    .meta({
      limit: 'message',
      openapi: {
        method: 'POST',
        path: '/messages/send',
        tags: ['messages'],
        summary: 'Write to a client by the best channel',
        description:
          'WhatsApp goes over your own number while it is connected, else over Twilio. What is chosen is looked at again when it is sent, and a message that may have left is never sent twice. Give at most one of `templateType`, `templateId` and `text`; variables in {braces} are filled, and one without a value is refused.',
        status: 202,
        sends: true,
        oldValues: { channel: { whatsapp_web: { channel: 'whatsapp' } } },
        errors: [
          'CLIENT_NOT_FOUND',
          'ORDER_NOT_FOUND',
          'TEMPLATE_NOT_FOUND',
          'CLIENT_ORDER_MISMATCH',
          'NO_PHONE_NUMBER',
          'NO_EMAIL_ADDRESS',
          'MISSING_SUBJECT',
          'TEMPLATE_VARIABLE_MISSING',
          'NO_CHANNEL_AVAILABLE',
        ],
      },
    })
    .input(sendMessageInput)
    .output(sendMessageAnswer)
    .mutation((call) => {
      const { ctx, input } = call;
      return sendOnce(call, (clientKey) => sendMessage(ctx.deps, ctx.ownerId, { ...input, clientKey }));
    }),

  preview: ownerProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/messages/template',
        tags: ['messages'],
        summary: 'See what a message would say',
        description: 'Nothing is sent or stored.',
        errors: [
          'CLIENT_NOT_FOUND',
          'ORDER_NOT_FOUND',
          'TEMPLATE_NOT_FOUND',
          'CLIENT_ORDER_MISMATCH',
          'TEMPLATE_VARIABLE_MISSING',
        ],
      },
    })
    .input(previewInput)
    .output(preview)
    .mutation(async ({ ctx, input }) => {
      const { message, client, order } = await composeFromTemplate(ctx.deps.db, ctx.ownerId, input);
      return { success: true as const, message, client, order };
    }),

  list: ownerProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/messages',
        tags: ['messages'],
        summary: 'Messages over every channel, newest first',
        oldValues: {
          channel: { whatsapp_web: { channel: 'whatsapp', provider: 'whatsapp_web' } },
          direction: { incoming: { direction: 'inbound' }, outgoing: { direction: 'outbound' } },
        },
        errors: ['CLIENT_NOT_FOUND', 'ORDER_NOT_FOUND'],
      },
    })
    .input(listMessagesInput)
    .output(messagesAnswer)
    .query(async ({ ctx, input }) => {
      const { messages, total } = await listMessages(ctx.deps.db, ctx.ownerId, input, ctx.locale);
      const { limit, offset } = input;
      return { success: true as const, messages, total, limit, offset };
    }),

  get: ownerProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/messages/{id}',
        tags: ['messages'],
        summary: 'One message, and each attempt at it',
        errors: ['MESSAGE_NOT_FOUND'],
      },
    })
    .input(messageInput)
    .output(toldMessage)
    .query(({ ctx, input }) => getMessage(ctx.deps.db, ctx.ownerId, input.id, ctx.locale)),

  templates: ownerProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/messages/templates',
        tags: ['messages'],
        summary: 'The templates that a message can be made of',
      },
    })
    .output(templatesAnswer)
    .query(async ({ ctx }) => ({
      success: true as const,
      templates: await allTemplates(ctx.deps.db, ctx.ownerId),
    })),

  /** What came in over Twilio and belongs to nobody. */
  unclaimed: adminProcedure
    .input(unclaimedInput)
    .output(page(unclaimedMessage))
    .query(({ ctx, input }) => listUnclaimed(ctx.deps.db, input)),
});
