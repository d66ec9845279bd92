import { adminRouter } from '@/server/admin/router';
import { authRouter } from '@/server/auth/router';
import { chatsRouter } from '@/server/chats/router';
import { clientsRouter } from '@/server/clients/router';
import { eventsRouter } from '@/server/events/router';
import { messagesRouter } from '@/server/messages/router';
import { ordersRouter } from '@/server/orders/router';
import { settingsRouter } from '@/server/settings/router';
import { templatesRouter } from '@/server/templates/router';
import { router } from '@/server/trpc';
import { whatsappRouter } from '@/server/whatsapp/router';

export const appRouter = router({
  admin: adminRouter,
  auth: authRouter,
  chats: chatsRouter,
  clients: clientsRouter,
  events: eventsRouter,
  messages: messagesRouter,
  orders: ordersRouter,
  settings: settingsRouter,
  templates: templatesRouter,
  whatsapp: whatsappRouter,
});

export type AppRouter = typeof appRouter;
