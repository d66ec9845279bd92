'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';
import type { ChatCache } from '@/app/_lib/chat-cache';
import { connection } from '@/app/_lib/connection';
import { createReplay } from '@/app/_lib/replay';
import { leaveIfSignedOut, useTRPC, useTRPCClient } from '@/app/_lib/trpc';
import type { EventBody } from '@/server/events/schema';

const AGAIN_MS = 2_000;

type Stream = { unsubscribe: () => void };
type Ending = { onError: (error: unknown) => void; onComplete: () => void };

/** Keeps a subscription going: a dropped socket is tRPC's to mend, an end that the server made is begun again here. */
function keepGoing(begin: (ending: Ending) => Promise<Stream> | Stream): () => void {
  let stopped = false;
  let stream: Stream | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = () => {
    stream = null;
    if (!stopped) timer = setTimeout(start, AGAIN_MS);
  };
  const onError = (error: unknown) => {
    if (!leaveIfSignedOut(error)) again();
  };
  const start = async () => {
    try {
      const begun = await begin({ onError, onComplete: again });
      if (stopped) begun.unsubscribe();
      else stream = begun;
    } catch (error) {
      onError(error);
    }
  };
  void start();
  return () => {
    stopped = true;
    clearTimeout(timer);
    stream?.unsubscribe();
  };
}

/**
 * Follows the owner's log into the cache. True once the place to follow from is known: lists that are read after that have no
 * gap before the first event. After a drop it goes on from the last event seen.
 */
export function useFollow(cache: ChatCache, onEvent: (body: EventBody) => void): boolean {
  const api = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const [ready, setReady] = useState(false);
  const tell = useEffectEvent(onEvent);
  useEffect(() => {
    let last: string | null = null;
    const paths = [api.chats.list, api.chats.get, api.chats.messages].map(({ pathKey }) => pathKey()[0].join('.'));
    const replay = createReplay<EventBody>(queryClient, paths, cache.event);
    const stop = keepGoing(async (ending) => {
      if (last === null) {
        last = String((await client.events.head.query()).seq);
        setReady(true);
      }
      return client.events.follow.subscribe(
        { lastEventId: last },
        {
          ...ending,
          onData({ id, data }) {
            last = id;
            replay.add(data.body);
            tell(data.body);
          },
        },
      );
    });
    return () => {
      stop();
      replay.stop();
    };
  }, [api, client, queryClient, cache]);
  return ready;
}

/** Keeps the cached status of WhatsApp at what the server last said: QR, progress, number, reason. */
export function useFollowStatus(): void {
  const api = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  useEffect(
    () =>
      keepGoing((ending) =>
        client.whatsapp.onStatus.subscribe(undefined, {
          ...ending,
          onData(status) {
            const key = api.whatsapp.status.queryKey();
            const before = queryClient.getQueryData(key);
            // An answer that was asked for earlier must not put an older status back.
            void queryClient.cancelQueries({ queryKey: key });
            queryClient.setQueryData(key, status);
            if (before !== undefined && status.phoneNumber !== null && before.phoneNumber !== status.phoneNumber) {
              void queryClient.invalidateQueries({ queryKey: api.chats.list.pathKey() });
            }
          },
        }),
      ),
    [api, client, queryClient],
  );
}

export function useConnection() {
  return useSyncExternalStore(connection.subscribe, connection.get, connection.get);
}
