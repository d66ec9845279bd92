import { adminRouter } from '@/server/admin/router';
import { authRouter } from '@/server/auth/router';
import { chatsRouter } from '@/server/chats/router';
import { eventsRouter } from '@/server/events/router';
import { settingsRouter } from '@/server/settings/router';
import { router } from '@/server/trpc';
import { whatsappRouter } from '@/server/whatsapp/router';

export const appRouter = router({
  admin: adminRouter,
  auth: authRouter,
  chats: chatsRouter,
  events: eventsRouter,
  settings: settingsRouter,
  whatsapp: whatsappRouter,
});

export type AppRouter = typeof appRouter;
