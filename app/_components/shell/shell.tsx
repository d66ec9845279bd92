'use client';

import { usePathname, useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { type ReactNode, useMemo, useState } from 'react';
import { NewChatDialog } from '@/app/_components/chats/new-chat-dialog';
import { LiveBanner } from '@/app/_components/shell/live-banner';
import { Nav } from '@/app/_components/shell/nav';
import { ShellContext } from '@/app/_components/shell/shell-actions';
import { ShellSkeleton } from '@/app/_components/shell/shell-skeleton';
import { ShortcutsDialog } from '@/app/_components/shell/shortcuts-dialog';
import { UnreadTitle } from '@/app/_components/shell/unread-title';
import { openChatPath } from '@/app/_lib/chat-path';
import { useShortcuts } from '@/app/_lib/shortcuts';
import { WorkspaceProvider } from '@/app/_lib/workspace';

/** The frame of every page for somebody who is signed in. */
export function Shell({ children }: { children: ReactNode }) {
  return (
    <WorkspaceProvider waiting={<ShellSkeleton />}>
      <Frame>{children}</Frame>
    </WorkspaceProvider>
  );
}

function Frame({ children }: { children: ReactNode }) {
  const t = useTranslations('nav');
  const pathname = usePathname();
  const router = useRouter();
  const [shortcuts, setShortcuts] = useState(false);
  const [newChat, setNewChat] = useState<{ phone: string } | null>(null);
  const actions = useMemo(() => ({ startChat: (phone = '') => setNewChat({ phone }) }), []);

  useShortcuts({
    list: () => setShortcuts(true),
    newChat: () => actions.startChat(),
    ...(!pathname.startsWith('/chats') && { search: () => router.push('/chats') }),
  });

  return (
    <ShellContext value={actions}>
      <a
        href="#content"
        className="-translate-y-20 fixed top-2 left-2 z-50 rounded-lg bg-brand px-4 py-2 font-semibold text-on-brand focus:translate-y-0"
      >
        {t('skip')}
      </a>
      <UnreadTitle />
      <div className="flex h-dvh flex-col md:flex-row">
        <Nav hiddenOnPhone={openChatPath(pathname) !== null} onShortcuts={() => setShortcuts(true)} />
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          <LiveBanner />
          <main id="content" tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
            {children}
          </main>
        </div>
      </div>
      <ShortcutsDialog open={shortcuts} onOpenChange={setShortcuts} />
      {newChat !== null && <NewChatDialog phone={newChat.phone} onClose={() => setNewChat(null)} />}
    </ShellContext>
  );
}
