'use client';

import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useCallback, useEffect, useRef } from 'react';
import { useChatName } from '@/app/_lib/chat-name';
import { notifications } from '@/app/_lib/notifications';
import { useWhatsapp } from '@/app/_lib/use-whatsapp';
import type { EventBody } from '@/server/events/schema';
import type { StatusWord } from '@/server/whatsapp/schema';

const DROPPED: ReadonlySet<StatusWord> = new Set<StatusWord>(['logged_out', 'auth_failed', 'error', 'parked']);

/** What a person who looks elsewhere is told: a message that came, by chat, until it is read. */
export function useMessageAlerts(): (body: EventBody) => void {
  const t = useTranslations('chat');
  const router = useRouter();
  const nameOf = useChatName();
  return useCallback(
    (body) => {
      if (body.type === 'chat.updated' && body.chat.unread === 0) notifications.close(body.chat.id);
      if (body.type !== 'message.received' || body.chat === null || body.chat.unread === 0) return;
      const { chat, message } = body;
      const text = message.text !== '' || message.kind === 'text' ? message.text : t(`kind.${message.kind}`);
      notifications.show(chat.id, nameOf(chat), text, () => router.push(`/chats/${chat.id}`));
    },
    [t, nameOf, router],
  );
}

/** …and a number that dropped: nobody notices a silence. */
export function useLinkAlert(): void {
  const t = useTranslations('chat.notice');
  const app = useTranslations('app');
  const router = useRouter();
  const status = useWhatsapp().data?.status;
  const before = useRef(status);
  useEffect(() => {
    const dropped =
      status !== undefined && DROPPED.has(status) && before.current !== undefined && before.current !== status;
    before.current = status;
    if (dropped) {
      const words = t(status === 'logged_out' ? 'loggedOut' : 'problem');
      notifications.show('whatsapp-link', app('name'), words, () => router.push('/connect'));
    }
    if (status === 'connected') notifications.close('whatsapp-link');
  }, [status, t, app, router]);
}
