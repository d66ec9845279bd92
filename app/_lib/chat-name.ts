'use client';

import { useTranslations } from 'next-intl';
import { useCallback } from 'react';
import { formatPhone } from '@/app/_lib/format';
import type { Chat } from '@/server/chats/schema';

/** What a person is called: a name, else the number, else that WhatsApp hides it. An id is never shown as a phone. */
export function useChatName(): (chat: Pick<Chat, 'name' | 'phone'>) => string {
  const t = useTranslations('chat');
  return useCallback(
    ({ name, phone }) =>
      name !== null && name !== '' ? name : phone !== null ? formatPhone(phone) : t('hiddenNumber'),
    [t],
  );
}
