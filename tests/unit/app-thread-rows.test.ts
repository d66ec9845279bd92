import { expect, test } from 'vitest';
import type { Unsent } from '@/app/_lib/outbox';
import { threadRows, unreadMark } from '@/app/_lib/thread-rows';
import type { Message } from '@/server/chats/schema';

function message(id: string, at: Date, more: Partial<Message> = {}): Message {
  return {
    id,
    chatId: 'c',
    direction: 'inbound',
    kind: 'text',
    text: id,
    status: 'received',
    errorCode: null,
    clientKey: null,
    at,
    position: 0,
    sentAt: null,
    deliveredAt: null,
    readAt: null,
    ...more,
  };
}

const day = (date: number, hour: number, minute = 0) => new Date(2026, 10, date, hour, minute);
const mine = { direction: 'outbound', status: 'sent' } as const;

test('a heading for each day, and neighbours of one side joined', () => {
  const rows = threadRows(
    [
      message('a', day(23, 10)),
      message('b', day(23, 10, 2)),
      message('c', day(23, 10, 3), mine),
      message('d', day(23, 10, 20), mine),
      message('e', day(24, 9), mine),
    ],
    [],
    null,
  );
  expect(rows.map(({ day: heading }) => heading !== null)).toEqual([true, false, false, false, true]);
  expect(rows.map(({ joined }) => joined)).toEqual([false, true, false, false, false]);
});

test('the unread line stands above the first unread inbound message', () => {
  const messages = [
    message('a', day(24, 9)),
    message('b', day(24, 9, 1)),
    message('x', day(24, 9, 2), mine),
    message('c', day(24, 9, 3)),
  ];
  expect(unreadMark(messages, 0)).toBeNull();
  expect(unreadMark(messages, 2)).toEqual({ messageId: 'b', count: 2 });
  expect(unreadMark(messages, 50)).toEqual({ messageId: 'a', count: 50 });
  expect(unreadMark([], 3)).toBeNull();
  const rows = threadRows(messages, [], unreadMark(messages, 2));
  expect(rows.map(({ unread }) => unread)).toEqual([null, 2, null, null]);
  expect(rows[1]?.joined).toBe(false);
});

test('unsent texts come last, and a row keeps its key when the server knows it', () => {
  const unsent: Unsent = {
    clientKey: 'k',
    chatId: 'c',
    text: 'hola',
    at: day(24, 8),
    state: 'sending',
    error: null,
  };
  const stored = message('a', day(24, 9));
  const before = threadRows([stored], [unsent], null);
  expect(before.map(({ key }) => key)).toEqual(['a', 'k']);
  expect(before[1]?.message).toMatchObject({ status: 'queued', direction: 'outbound', text: 'hola' });
  const after = threadRows([stored, message('m', day(24, 9, 1), { ...mine, clientKey: 'k' })], [unsent], null);
  expect(after.map(({ key, unsent: entry }) => [key, entry])).toEqual([
    ['a', null],
    ['k', null],
  ]);
  expect(threadRows([], [{ ...unsent, state: 'failed' }], null)[0]?.message.status).toBe('failed');
});
