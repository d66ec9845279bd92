'use client';

import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useTranslations } from 'next-intl';
import {
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { EmptyThread, OlderState, ToEnd } from '@/app/_components/chats/message-list-parts';
import { ThreadRowView } from '@/app/_components/chats/thread-row-view';
import { useChatName } from '@/app/_lib/chat-name';
import { type ThreadRow, threadRows } from '@/app/_lib/thread-rows';
import { useMarkRead } from '@/app/_lib/use-mark-read';
import { useNow } from '@/app/_lib/use-now';
import { useTabVisible } from '@/app/_lib/use-tab-visible';
import type { Thread } from '@/app/_lib/use-thread';
import type { Chat } from '@/server/chats/schema';

export type MessageListHandle = { toEnd: () => void };

/** Near enough to the end that what comes next is followed. */
const END_PX = 96;
/** So much of a message must be on screen to count as seen. */
const SEEN_PX = 28;

const estimate = (row: ThreadRow | undefined) =>
  row === undefined
    ? 60
    : 48 + Math.ceil(row.message.text.length / 60) * 21 + (row.day !== null ? 48 : 0) + (row.joined ? 0 : 8);

/** The place of the last row that is on screen, by the virtualizer's own measures; -1 before it has any. */
function lastOnScreen(virtualizer: Virtualizer<HTMLDivElement, Element>): number {
  const { scrollOffset, scrollRect } = virtualizer;
  if (scrollOffset === null || scrollRect === null) return -1;
  const bottom = scrollOffset + scrollRect.height;
  return virtualizer
    .getVirtualItems()
    .reduce((last, { index, start }) => (start + SEEN_PX <= bottom ? index : last), -1);
}

type MessageListProps = { ref: Ref<MessageListHandle>; chat: Chat; thread: Thread };

/**
 * A conversation, drawn only where one looks. It opens at the first unread message, follows what is new while one is at the end,
 * and stays put while one reads above; older messages come as one scrolls towards them.
 */
export function MessageList({ ref, chat, thread }: MessageListProps) {
  const t = useTranslations('chat.thread');
  const nameOf = useChatName();
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow(60_000);
  const { messages, unsent, mark, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = thread;
  const rows = useMemo(() => threadRows(messages, unsent, mark), [messages, unsent, mark]);

  // oxlint-disable-next-line react/incompatible-library -- read in render on purpose; nothing here is compiled
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(rows[index]),
    getItemKey: (index) => rows[index]?.key ?? index,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: END_PX,
    overscan: 10,
    paddingStart: 16,
    paddingEnd: 14,
  });

  // The first look: at the line above the unread ones, else at the end. Only after it does anything count as seen.
  const [settled, setSettled] = useState(false);
  const firstUnread = rows.findIndex(({ unread }) => unread !== null);

  useLayoutEffect(() => {
    if (firstUnread > 0) virtualizer.scrollToIndex(firstUnread, { align: 'start' });
    else if (firstUnread === -1) virtualizer.scrollToEnd();
    const timer = setTimeout(() => setSettled(true), 120);
    return () => clearTimeout(timer);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- once, with what was there when the chat was opened
  }, []);

  const items = virtualizer.getVirtualItems();
  const atEnd = virtualizer.isAtEnd(END_PX);
  const toEnd = useStayAtEnd(scroller, virtualizer, rows, firstUnread === -1);
  useImperativeHandle(ref, () => ({ toEnd: () => requestAnimationFrame(toEnd) }), [toEnd]);
  const below = useSeen(rows, chat, settled ? lastOnScreen(virtualizer) : -1);

  const top = items[0]?.index ?? 0;
  const wantsOlder = settled && top <= 6 && hasNextPage && !isFetchingNextPage && !isFetchNextPageError;
  useEffect(() => {
    if (wantsOlder) void fetchNextPage();
  }, [wantsOlder, fetchNextPage]);

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <OlderState loading={isFetchingNextPage} failed={isFetchNextPageError} onRetry={() => void fetchNextPage()} />
      <div
        ref={scroller}
        role="log"
        aria-label={t('label', { name: nameOf(chat) })}
        // Reading above, rows come and go with the scrolling: those are not news.
        aria-live={atEnd ? 'polite' : 'off'}
        aria-relevant="additions"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a keyboard scrolls it too
        tabIndex={0}
        data-testid="thread"
        className="scroll-thin min-h-0 flex-1 overflow-y-auto overscroll-contain focus-visible:-outline-offset-2"
      >
        {rows.length === 0 ? (
          <EmptyThread />
        ) : (
          <div className="flex min-h-full flex-col justify-end">
            <div className="relative w-full shrink-0" style={{ height: virtualizer.getTotalSize() }}>
              {items.map(({ key, index, start }) => {
                const row = rows[index];
                return (
                  row !== undefined && (
                    <div
                      key={key}
                      ref={virtualizer.measureElement}
                      data-index={index}
                      className="absolute inset-x-0 top-0 mx-auto w-full max-w-[56rem] px-3 md:px-8"
                      style={{ transform: `translateY(${start}px)` }}
                    >
                      <ThreadRowView row={row} now={now} first={index === 0 && !hasNextPage} />
                    </div>
                  )
                );
              })}
            </div>
          </div>
        )}
      </div>
      {settled && !atEnd && <ToEnd count={below} onClick={toEnd} />}
    </div>
  );
}

/**
 * Whoever is at the end stays there: as messages come (also those that belong above the last one), as the box below grows, as a
 * phone's keyboard opens. Only scrolling up ends that. Answers with the way to put somebody there.
 */
function useStayAtEnd(
  scroller: { current: HTMLDivElement | null },
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  rows: readonly ThreadRow[],
  opensAtEnd: boolean,
) {
  const stays = useRef(opensAtEnd);
  useLayoutEffect(() => {
    if (stays.current) virtualizer.scrollToEnd();
  }, [rows, virtualizer]);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let { scrollTop, clientHeight } = element;
    const onScroll = () => {
      if (virtualizer.isAtEnd(END_PX)) stays.current = true;
      else if (element.scrollTop < scrollTop) stays.current = false;
      scrollTop = element.scrollTop;
    };
    const observer = new ResizeObserver(() => {
      if (element.clientHeight !== clientHeight && stays.current) virtualizer.scrollToEnd();
      clientHeight = element.clientHeight;
    });
    onScroll();
    element.addEventListener('scroll', onScroll, { passive: true });
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', onScroll);
      observer.disconnect();
    };
  }, [scroller, virtualizer]);
  return useCallback(() => {
    stays.current = true;
    virtualizer.scrollToEnd();
  }, [virtualizer]);
}

/** Remembers how far a person has looked, tells the server, and says how many messages came after that. */
function useSeen(rows: readonly ThreadRow[], chat: Chat, onScreen: number): number {
  const visible = useTabVisible();
  const markRead = useMarkRead(chat);
  const [seenKey, setSeenKey] = useState<string | null>(null);
  const seenAt = useMemo(() => rows.findIndex(({ key }) => key === seenKey), [rows, seenKey]);
  const reach = visible ? Math.max(seenAt, onScreen) : seenAt;
  const reachKey = rows[reach]?.key ?? null;
  if (reachKey !== null && reachKey !== seenKey) setSeenKey(reachKey);

  const isInbound = ({ message }: ThreadRow) => message.direction === 'inbound';
  const after = useMemo(() => rows.slice(reach + 1).filter(isInbound).length, [rows, reach]);
  const newest = useMemo(() => rows.slice(0, reach + 1).findLast(isInbound)?.message, [rows, reach]);
  useEffect(() => {
    if (visible && newest !== undefined) markRead(newest, after);
  }, [visible, newest, after, markRead]);
  return after;
}
