'use client';

import { MessageCircleOff } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { type ReactNode, useCallback, useRef } from 'react';
import { Composer } from '@/app/_components/chats/composer';
import { MessageList, type MessageListHandle } from '@/app/_components/chats/message-list';
import { ThreadHeader } from '@/app/_components/chats/thread-header';
import { ThreadSkeleton } from '@/app/_components/chats/thread-skeleton';
import { PageFailure } from '@/app/_components/shell/page-failure';
import { Button } from '@/app/_components/ui/button';
import { EmptyState } from '@/app/_components/ui/empty-state';
import { appErrorOf } from '@/app/_lib/app-error';
import { showChat } from '@/app/_lib/chat-path';
import { useChat, useThread } from '@/app/_lib/use-thread';
import { uuid } from '@/app/_lib/uuid';
import { useWorkspace } from '@/app/_lib/workspace';
import { chatInput } from '@/server/chats/schema';

const ABSENT = new Set(['CHAT_NOT_FOUND', 'NOT_FOUND']);

/** What no chat can be called is not asked for: it is nobody's, at once. */
export function ThreadPane({ chatId }: { chatId: string }) {
  return chatInput.safeParse({ chatId }).success ? <OpenThread chatId={chatId} /> : <AbsentThread />;
}

function AbsentThread() {
  const t = useTranslations('chat.thread');
  return (
    <Frame>
      <EmptyState
        icon={<MessageCircleOff aria-hidden />}
        title={t('notFound')}
        lead={t('notFoundLead')}
        className="flex-1"
      >
        <Button tone="quiet" size="small" onClick={() => showChat(null)}>
          {t('backToList')}
        </Button>
      </EmptyState>
    </Frame>
  );
}

function OpenThread({ chatId }: { chatId: string }) {
  const t = useTranslations('chat.thread');
  const { outbox } = useWorkspace();
  const chat = useChat(chatId);
  const thread = useThread(chatId, chat.data);
  const list = useRef<MessageListHandle>(null);

  const send = useCallback(
    (text: string) => {
      outbox.add({ clientKey: uuid(), chatId, text, at: new Date() });
      list.current?.toEnd();
    },
    [outbox, chatId],
  );

  const failure = chat.error ?? (thread.messages.length === 0 ? thread.error : null);
  if (failure !== null && ABSENT.has(appErrorOf(failure)?.code ?? '')) return <AbsentThread />;
  return (
    <Frame>
      <ThreadHeader chat={chat.data} />
      {thread.opened && chat.data !== undefined ? (
        <MessageList ref={list} chat={chat.data} thread={thread} />
      ) : failure !== null ? (
        <PageFailure
          error={failure}
          title={t('failed')}
          onRetry={() => {
            void chat.refetch();
            void thread.refetch();
          }}
          className="flex-1"
        />
      ) : (
        <ThreadSkeleton />
      )}
      <Composer chatId={chatId} ownNumber={chat.data?.ownNumber ?? null} onSend={send} />
    </Frame>
  );
}

function Frame({ children }: { children: ReactNode }) {
  return (
    <section className="flex min-h-0 min-w-0 flex-1 flex-col bg-thread md:border-line md:border-l">{children}</section>
  );
}
