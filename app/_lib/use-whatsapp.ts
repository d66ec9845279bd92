'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/app/_lib/trpc';
import type { WhatsappStatus } from '@/server/whatsapp/schema';

/** Read once, then kept by the subscription (live.ts): never asked for again and again. */
export function useWhatsapp() {
  const api = useTRPC();
  return useQuery(api.whatsapp.status.queryOptions(undefined, { staleTime: 60_000 }));
}

/** Whether a text that is sent now is taken: at once, or in line until the link is back. */
export function takesMessages({ status, hasSession }: WhatsappStatus): boolean {
  switch (status) {
    case 'connected':
    case 'reconnecting':
    case 'authenticated':
    case 'syncing':
      return true;
    case 'initializing':
      return hasSession;
    case 'not_connected':
    case 'qr_ready':
    case 'disconnected':
    case 'auth_failed':
    case 'logged_out':
    case 'parked':
    case 'error':
      return false;
    default:
      return status satisfies never;
  }
}
