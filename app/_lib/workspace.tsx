'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { PageFailure } from '@/app/_components/shell/page-failure';
import { appErrorOf, isPassing } from '@/app/_lib/app-error';
import { createDrafts, createUnsentStore, type Drafts } from '@/app/_lib/browser-store';
import { type ChatCache, createChatCache } from '@/app/_lib/chat-cache';
import { connection } from '@/app/_lib/connection';
import { useFollow, useFollowStatus } from '@/app/_lib/live';
import { useLinkAlert, useMessageAlerts } from '@/app/_lib/use-alerts';
import { type Attempt, createOutbox, type Outbox, type Unsent } from '@/app/_lib/outbox';
import { leaveIfSignedOut, useTRPC, useTRPCClient } from '@/app/_lib/trpc';
import type { Me } from '@/server/auth/schema';

type Workspace = { me: Me; cache: ChatCache; outbox: Outbox; drafts: Drafts; live: boolean };

const WorkspaceContext = createContext<Workspace | null>(null);

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext);
  if (workspace === null) throw new Error('useWorkspace outside of WorkspaceProvider');
  return workspace;
}

/** Who is signed in and everything that lasts as long as they are here. `waiting` is shown until that is known. */
export function WorkspaceProvider({ waiting, children }: { waiting: ReactNode; children: ReactNode }) {
  const api = useTRPC();
  const me = useQuery(
    api.auth.me.queryOptions(undefined, { staleTime: 300_000, retry: (_, error) => isPassing(error) }),
  );
  if (me.isError && me.data === undefined) return <PageFailure error={me.error} onRetry={() => void me.refetch()} />;
  if (me.data === undefined) return waiting;
  return (
    <SignedIn key={me.data.id} me={me.data}>
      {children}
    </SignedIn>
  );
}

function createSend(client: ReturnType<typeof useTRPCClient>, cache: ChatCache) {
  return async ({ chatId, text, clientKey }: Unsent): Promise<Attempt> => {
    try {
      cache.message(await client.chats.send.mutate({ chatId, text, clientKey }));
      return { outcome: 'stored' };
    } catch (error) {
      // Signed out: the text waits in storage for whoever signs in next with this account.
      if (leaveIfSignedOut(error) || isPassing(error)) return { outcome: 'unreachable' };
      return { outcome: 'refused', error: appErrorOf(error)?.message ?? null };
    }
  };
}

function SignedIn({ me, children }: { me: Me; children: ReactNode }) {
  const api = useTRPC();
  const queryClient = useQueryClient();
  const [cache] = useState(() => createChatCache(queryClient, api));
  const [drafts] = useState(() => createDrafts(me.id));
  const client = useTRPCClient();
  const [outbox] = useState(() => createOutbox({ ...createUnsentStore(me.id), send: createSend(client, cache) }));
  const alert = useMessageAlerts();
  const live = useFollow(cache, (body) => {
    if ('message' in body && body.message.clientKey !== null) outbox.settle(body.message.clientKey);
    alert(body);
  });
  useFollowStatus();
  useLinkAlert();

  useEffect(() => {
    outbox.start();
    const wake = () => {
      if (document.visibilityState === 'visible') outbox.wake();
    };
    window.addEventListener('online', outbox.wake);
    document.addEventListener('visibilitychange', wake);
    const unsubscribe = connection.subscribe(() => {
      const { state } = connection.get();
      if (state === 'live') outbox.wake();
      // A socket that stays away may mean that nobody is signed in any more: this asks, and leaves for the login page.
      if (state === 'lost') void queryClient.invalidateQueries({ queryKey: api.auth.me.queryKey() });
    });
    return () => {
      outbox.stop();
      window.removeEventListener('online', outbox.wake);
      document.removeEventListener('visibilitychange', wake);
      unsubscribe();
    };
  }, [outbox, queryClient, api]);

  const workspace = useMemo(() => ({ me, cache, outbox, drafts, live }), [me, cache, outbox, drafts, live]);
  return <WorkspaceContext value={workspace}>{children}</WorkspaceContext>;
}
