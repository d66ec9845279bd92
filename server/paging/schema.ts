import { z } from 'zod';
import { storable } from '@/server/text/schema';

/** What every list of the REST API takes (contract.md): newest first, 100 unless told otherwise. Spread it into the input. */
export const listQuery = {
  limit: z.number().int().min(1).max(500).default(100),
  offset: z.number().int().min(0).max(1_000_000_000).default(0),
  search: storable(z.string().trim().max(200)).optional(),
};

/** A list procedure's output. With `list: true` in its meta REST answers the bare array, and `total` as X-Total-Count. */
export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), total: z.number().int().min(0) });
