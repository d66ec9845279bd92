'use client';

import { useMutation } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';
import { useTRPC } from '@/app/_lib/trpc';
import { useWorkspace } from '@/app/_lib/workspace';
import type { Chat, Message } from '@/server/chats/schema';

/**
 * Tells the server how far a person has read. Call it with the newest message that was on screen, in a tab in sight, and with how
 * many came after it: opening a list, a preview or a connection never ends here.
 */
export function useMarkRead(chat: Chat | undefined) {
  const api = useTRPC();
  const { cache } = useWorkspace();
  const done = useRef<Message | null>(null);
  const { mutate } = useMutation(api.chats.markRead.mutationOptions({ onSuccess: cache.chat }));
  return useCallback(
    (seen: Message, after: number) => {
      if (chat === undefined || chat.unread <= after) return;
      if (done.current !== null && done.current.at >= seen.at && done.current.id === seen.id) return;
      done.current = seen;
      cache.chat({ ...chat, unread: after });
      mutate(
        { chatId: chat.id, upToMessageId: seen.id },
        {
          onError: () => {
            // The next message, or the next look, tries again.
            done.current = null;
          },
        },
      );
    },
    [chat, cache, mutate],
  );
}
