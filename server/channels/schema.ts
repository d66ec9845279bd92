import { z } from 'zod';

export const channel = z.enum(['whatsapp', 'email']);
export type Channel = z.infer<typeof channel>;

export const provider = z.enum(['whatsapp_web', 'twilio', 'email']);
export type Provider = z.infer<typeof provider>;
