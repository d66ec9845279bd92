import { z } from 'zod';
import { storable } from '@/server/text/schema';

export const email = z
  .string()
  .trim()
  .max(254, { abort: true })
  .check(z.email())
  .transform((value) => value.toLowerCase());
export const password = z.string().min(8).max(200);

export const registerInput = z.object({
  name: storable(z.string().trim().min(2).max(80)),
  email,
  password,
  /** In `invite` mode (production's default once there is a first user) it opens the door. */
  inviteToken: z.string().max(2000).optional(),
});
export const loginInput = z.object({ email, password: z.string().min(1).max(200) });

const account = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  createdAt: z.date(),
});
/** The first account is the admin. */
export const me = account.extend({ role: z.enum(['admin', 'member']) });
export type Me = z.infer<typeof me>;

/** `token` is a bearer token for programs (HS256, 7 days unless JWT_EXPIRES_IN says otherwise). */
export const signedIn = z.object({ user: account, token: z.string() });

export const changePasswordInput = z.object({ currentPassword: z.string().min(1).max(200), newPassword: password });
export const forgotPasswordInput = z.object({ email });
/** `token`: from the mail, or from `npm run password` on the server. */
export const resetPasswordInput = z.object({ token: z.string().min(1).max(2000), newPassword: password });
export const setDisabledInput = z.object({ email, disabled: z.boolean() });
export const done = z.object({ success: z.literal(true) });
