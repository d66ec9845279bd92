import type { ReactNode } from 'react';
import { ChatsView } from '@/app/_components/chats/chats-view';

/** The address alone decides what is open (chat-path.ts): the pages below only ask for a session. */
export default function ChatsLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <ChatsView />
      {children}
    </>
  );
}
