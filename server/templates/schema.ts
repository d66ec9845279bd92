import { z } from 'zod';
import { channel } from '@/server/channels/schema';
import { listQuery, page } from '@/server/paging/schema';
import { storable } from '@/server/text/schema';

export const language = z.enum(['es', 'en']);
export type Language = z.infer<typeof language>;

/** The types that everybody has templates for from the start; their own may be of any type. */
export const BUILT_IN_TYPES = ['confirmacion', 'recordatorio', 'seguimiento', 'entrega', 'agradecimiento'] as const;
export type BuiltInType = (typeof BUILT_IN_TYPES)[number];

/** What is sent when nobody says which. */
export const DEFAULT_TYPE: BuiltInType = 'confirmacion';

export const template = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  content: z.string(),
  language,
  channel,
  /** The variables of the content, each once, in their order. */
  placeholders: z.array(z.string()),
  isBuiltIn: z.boolean(),
  createdAt: z.coerce.date(),
  updatedAt: z.coerce.date(),
});
export type Template = z.infer<typeof template>;

const name = storable(z.string().trim().min(1).max(120));
const content = storable(z.string().max(4096)).refine((value) => value.trim() !== '', { params: { empty: true } });
export const templateType = storable(z.string().trim().min(1).max(60));
/** A row's own, or a built-in one's such as `confirmacion-es`. */
export const templateId = z.string().min(1).max(200);

export const listTemplatesInput = z.object({
  ...listQuery,
  type: templateType.optional(),
  language: language.optional(),
  channel: channel.optional(),
});
export const templatePage = page(template);

export const templateInput = z.object({ id: templateId });

export const createTemplateInput = z.object({
  name,
  type: templateType.default(DEFAULT_TYPE),
  content,
  /** The owner's language unless it is given. */
  language: language.optional(),
  channel: channel.default('whatsapp'),
});

/** What is not given stays as it is. A built-in one keeps its type, language and channel. */
export const updateTemplateInput = z.object({
  id: templateId,
  name: name.optional(),
  type: templateType.optional(),
  content: content.optional(),
  language: language.optional(),
  channel: channel.optional(),
});

/** What a caller fills a template with: text or numbers, by the variable's name. */
export const variables = z.record(
  storable(z.string().min(1).max(60)),
  z.union([storable(z.string().max(4096)), z.number()]),
);
export type Variables = z.infer<typeof variables>;
