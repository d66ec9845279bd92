import type { ReactNode } from 'react';
import { ChatsView } from '@/app/_components/chats/chats-view';
import { hasSession } from '@/app/_lib/require-session';

/** The address alone decides what is open (chat-path.ts): the pages below only ask for a session. */
export default async function ChatsLayout({ children }: { children: ReactNode }) {
  return (
    <>
      {(await hasSession()) && <ChatsView />}
      {children}
    </>
  );
}
