'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/app/_lib/trpc';

export const UNCLAIMED_PER_PAGE = 20;

const EVERY_MS = 20_000;

/** What came in over Twilio for nobody, newest first, from `offset` on; the last answer stays until the next one is there. */
export function useUnclaimed(offset: number) {
  const api = useTRPC();
  return useQuery(
    api.messages.unclaimed.queryOptions(
      { limit: UNCLAIMED_PER_PAGE, offset },
      { refetchInterval: EVERY_MS, placeholderData: keepPreviousData },
    ),
  );
}
