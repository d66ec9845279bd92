import { adminProcedure, router } from '@/server/trpc';
import { listTroubled } from './admin';
import { adminSessions } from './schema';

export const adminRouter = router({
  /** The sessions of every owner that need somebody, and why. */
  sessions: adminProcedure.output(adminSessions).query(({ ctx }) => listTroubled(ctx.deps)),
});
