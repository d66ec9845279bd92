import { z } from 'zod';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** No row has it. */
const NOBODYS = '00000000-0000-0000-0000-000000000000';

/**
 * An id as callers give it: opaque, so any text may be one. What we never made becomes the id of nothing, and the feature that looks
 * for it says which kind of thing does not exist.
 */
export const opaqueId = z
  .string()
  .min(1)
  .max(200)
  .transform((value) => (UUID.test(value) ? value.toLowerCase() : NOBODYS));
