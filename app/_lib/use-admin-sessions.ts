'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/app/_lib/trpc';
import { useWorkspace } from '@/app/_lib/workspace';

const EVERY_MS = 20_000;

/** The sessions that need somebody; never asked for by who is not the admin. */
export function useAdminSessions() {
  const api = useTRPC();
  const { me } = useWorkspace();
  return useQuery(
    api.admin.sessions.queryOptions(undefined, { enabled: me.role === 'admin', refetchInterval: EVERY_MS }),
  );
}
