import { z } from 'zod';

export const settings = z.object({
  /** Blue ticks for those who write: sent only when a person opened the chat here. */
  readReceipts: z.boolean(),
  locale: z.enum(['es', 'en']),
  /** Where a phone without + is read, two capital letters; null: the server's own (DEFAULT_COUNTRY). */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .nullable(),
});
export type Settings = z.infer<typeof settings>;

export const updateSettingsInput = settings.partial();
