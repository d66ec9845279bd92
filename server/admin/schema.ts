import { z } from 'zod';
import { whatsappStatus } from '@/server/whatsapp/schema';

/** One session that needs somebody: whose it is and what is wrong. Nothing of its number, its chats or its codes. */
export const adminSession = whatsappStatus
  .pick({
    status: true,
    reason: true,
    missing: true,
    pageVersion: true,
    failingSince: true,
    retryAt: true,
    hasSession: true,
  })
  .extend({ ownerId: z.string(), ownerName: z.string() });
export type AdminSession = z.infer<typeof adminSession>;

/** `items`: those that fail for the longest first, 100 at most; `total` counts them all. */
export const adminSessions = z.object({ items: z.array(adminSession), total: z.number() });
export type AdminSessions = z.infer<typeof adminSessions>;
