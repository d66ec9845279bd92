import { noteWordOn } from '@/server/clients/whatsapp-word';
import { AppError } from '@/server/errors';
import { countryOf, getSettings } from '@/server/settings/settings';
import { ownerProcedure, router } from '@/server/trpc';
import type { ChatId } from '@/server/whatsapp/engine';
import { getChat, listChats, listMessages } from './chats';
import { acceptMessage, findAccepted, isAccepting, markRead, openChat, retriesBy, retryMessage } from './compose';
import { parsePhone } from './phone-number';
import {
  chat,
  chatInput,
  listChatsInput,
  listMessagesInput,
  markReadInput,
  message,
  retryInput,
  sendInput,
  startChatInput,
} from './schema';

export const chatsRouter = router({
  list: ownerProcedure.input(listChatsInput).query(({ ctx, input }) => listChats(ctx.deps.db, ctx.ownerId, input)),

  get: ownerProcedure
    .input(chatInput)
    .output(chat)
    .query(({ ctx, input }) => getChat(ctx.deps.db, ctx.ownerId, input.chatId)),

  messages: ownerProcedure
    .input(listMessagesInput)
    .query(({ ctx, input }) => listMessages(ctx.deps.db, ctx.ownerId, input)),

  /** A chat with a typed number: WhatsApp is asked first. */
  start: ownerProcedure
    .input(startChatInput)
    .output(chat)
    .mutation(async ({ ctx, input }) => {
      const { db, registry, config } = ctx.deps;
      const country = await countryOf(db, ctx.ownerId, config.DEFAULT_COUNTRY);
      const phone = parsePhone(input.phone, country, 'phone');
      const { ownNumber, peer } = await registry.resolve(ctx.ownerId, phone);
      await noteWordOn(db, ctx.ownerId, phone, peer);
      if (!peer) throw new AppError('NUMBER_NOT_ON_WHATSAPP', { fields: ['phone'] });
      return openChat(db, ctx.ownerId, ownNumber, { engineChatId: peer.chatId, phone: peer.phone });
    }),

  send: ownerProcedure
    .meta({ limit: 'compose' })
    .input(sendInput)
    .output(message)
    .mutation(async ({ ctx, input }) => {
      const { db, registry } = ctx.deps;
      const session = await registry.status(ctx.ownerId);
      if (!isAccepting(session)) {
        // what is not the caller's is absent, whether or not a phone is linked
        await getChat(db, ctx.ownerId, input.chatId);
        const before = await findAccepted(db, ctx.ownerId, input);
        if (!before) throw new AppError('WHATSAPP_NOT_CONNECTED');
        return before;
      }
      const accepted = await acceptMessage(db, ctx.ownerId, input);
      registry.kick(ctx.ownerId);
      return accepted;
    }),

  retry: ownerProcedure
    .meta({ limit: 'compose' })
    .input(retryInput)
    .output(message)
    .mutation(async ({ ctx, input }) => {
      const { db, registry } = ctx.deps;
      const [session, by] = await Promise.all([
        registry.status(ctx.ownerId),
        retriesBy(db, ctx.ownerId, input.messageId),
      ]);
      if (by === 'outbox' && !isAccepting(session)) throw new AppError('WHATSAPP_NOT_CONNECTED');
      const queued = await retryMessage(db, ctx.ownerId, input.messageId);
      registry.kick(ctx.ownerId);
      return queued;
    }),

  /** A person opened the chat and saw the message. The peer sees blue ticks only where the owner chose so. */
  markRead: ownerProcedure
    .meta({ limit: 'uncounted' })
    .input(markReadInput)
    .output(chat)
    .mutation(async ({ ctx, input }) => {
      const { db, registry, logger } = ctx.deps;
      const read = await markRead(db, ctx.ownerId, input);
      if (read.changed && (await getSettings(db, ctx.ownerId)).readReceipts) {
        try {
          await registry.markRead(ctx.ownerId, read.chat.ownNumber, read.engineChatId as ChatId);
        } catch (error) {
          // the chat is read here all the same; the receipt is a courtesy that waits for nobody
          logger.info({ err: error, ownerId: ctx.ownerId }, 'a read receipt was not sent');
        }
      }
      return read.chat;
    }),
});
