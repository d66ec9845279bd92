'use client';

import { useTranslations } from 'next-intl';
import { useSyncExternalStore } from 'react';
import { KindIcon } from '@/app/_components/chats/kind-icon';
import { Ticks } from '@/app/_components/chats/ticks';
import { useWorkspace } from '@/app/_lib/workspace';
import type { Chat } from '@/server/chats/schema';

/** Below a name in the list: a draft that waits, or the last message with its ticks. Showing it reads nothing. */
export function Preview({ chat, open }: { chat: Chat; open: boolean }) {
  const t = useTranslations('chat');
  const { drafts } = useWorkspace();
  const draft = useSyncExternalStore(drafts.subscribe, () => drafts.get(chat.id));
  const { lastMessage } = chat;
  if (!open && draft.trim() !== '') {
    return (
      <span className="truncate">
        <span className="font-semibold text-warn">{t('list.draft')}</span> {draft}
      </span>
    );
  }
  if (lastMessage === null) return <span className="truncate italic">{t('list.noMessages')}</span>;
  const { kind, text, direction, status, errorCode } = lastMessage;
  return (
    <>
      {direction === 'outbound' && <Ticks status={status} errorCode={errorCode} />}
      {kind !== 'text' && <KindIcon kind={kind} className="size-4 shrink-0" />}
      <span className="truncate">{text !== '' || kind === 'text' ? text : t(`kind.${kind}`)}</span>
    </>
  );
}
