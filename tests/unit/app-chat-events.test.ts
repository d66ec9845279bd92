import { describe, expect, test } from 'vitest';
import {
  type ChatPages,
  type MessagePages,
  matches,
  mergeMessage,
  putChat,
  putMessage,
  touchChats,
} from '@/app/_lib/chat-events';
import type { Chat, Message } from '@/server/chats/schema';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 24, 12, minute));

function message(id: string, minute: number, more: Partial<Message> = {}): Message {
  return {
    id,
    chatId: 'c',
    direction: 'outbound',
    kind: 'text',
    text: id,
    status: 'queued',
    errorCode: null,
    clientKey: null,
    at: at(minute),
    position: minute,
    sentAt: null,
    deliveredAt: null,
    readAt: null,
    ...more,
  };
}

function chat(id: string, minute: number | null, more: Partial<Chat> = {}): Chat {
  const lastMessageAt = minute === null ? null : at(minute);
  return { id, ownNumber: '+541', phone: null, name: id, unread: 0, lastMessageAt, lastMessage: null, ...more };
}

const idsOf = (pages: MessagePages | ChatPages) => pages.map(({ items }) => items.map(({ id }) => id));

describe('mergeMessage', () => {
  test('a status never goes back', () => {
    const read = message('m', 1, { status: 'read', readAt: at(3) });
    const merged = mergeMessage(read, message('m', 1, { status: 'delivered', deliveredAt: at(2) }));
    expect(merged).toMatchObject({ status: 'read', readAt: at(3), deliveredAt: at(2) });
    expect(mergeMessage(message('m', 1, { status: 'sent' }), message('m', 1, { status: 'failed' })).status).toBe(
      'sent',
    );
  });

  test('Twilio may say after it took one that it failed, with words that stay with it', () => {
    const taken = message('m', 1, { status: 'sent', provider: 'twilio' });
    const words = { errorCode: 'UNKNOWN', errorMessage: 'Pasaron 24 horas.', retryable: false } as const;
    const failed = { ...taken, status: 'failed', ...words } as const;
    expect(mergeMessage(taken, failed)).toMatchObject({ status: 'failed', ...words });
    expect(mergeMessage({ ...taken, status: 'delivered' }, failed)).toMatchObject({
      status: 'delivered',
      errorMessage: undefined,
    });
  });

  test('a failed one may be tried again, and an unconfirmed one settles', () => {
    expect(mergeMessage(message('m', 1, { status: 'failed', errorCode: 'UNKNOWN' }), message('m', 1))).toMatchObject({
      status: 'queued',
      errorCode: null,
    });
    const unsure = message('m', 1, { errorCode: 'SEND_UNCONFIRMED' });
    expect(mergeMessage(unsure, message('m', 1, { status: 'sent' }))).toMatchObject({
      status: 'sent',
      errorCode: null,
    });
  });
});

describe('putMessage', () => {
  const pages: MessagePages = [
    { items: [message('c', 3), message('d', 4)], nextCursor: 'x' },
    { items: [message('a', 1), message('b', 2)], nextCursor: 'y' },
  ];

  test('a new one goes to the end of the newest page', () => {
    expect(idsOf(putMessage(pages, message('e', 5)))).toEqual([
      ['c', 'd', 'e'],
      ['a', 'b'],
    ]);
  });

  test('one that comes late stands where its time says; what shares a moment, by position', () => {
    expect(idsOf(putMessage(pages, message('z', 2, { position: 2.5 })))).toEqual([
      ['c', 'd'],
      ['a', 'b', 'z'],
    ]);
    expect(idsOf(putMessage(pages, message('z', 4, { position: 3.5 })))).toEqual([
      ['c', 'z', 'd'],
      ['a', 'b'],
    ]);
  });

  test('one older than everything loaded waits for its page, unless that was the last', () => {
    expect(idsOf(putMessage(pages, message('0', 0)))).toEqual([
      ['c', 'd'],
      ['a', 'b'],
    ]);
    const whole: MessagePages = [{ items: [message('a', 1)], nextCursor: null }];
    expect(idsOf(putMessage(whole, message('0', 0)))).toEqual([['0', 'a']]);
    expect(idsOf(putMessage([{ items: [], nextCursor: null }], message('a', 1)))).toEqual([['a']]);
  });

  test('told twice it is one row, by id and by the key of the composer', () => {
    const once = putMessage(pages, message('e', 5, { clientKey: 'k' }));
    expect(idsOf(putMessage(once, message('e', 5, { clientKey: 'k', status: 'sent' })))).toEqual(idsOf(once));
    expect(idsOf(putMessage(once, message('f', 5, { clientKey: 'k' })))).toEqual([
      ['c', 'd', 'f'],
      ['a', 'b'],
    ]);
  });

  test('it moves when WhatsApp gives it another time', () => {
    const moved = putMessage(pages, message('b', 6, { status: 'sent' }));
    expect(idsOf(moved)).toEqual([['c', 'd', 'b'], ['a']]);
  });

  test('other pages stay the same object', () => {
    expect(putMessage(pages, message('d', 4, { status: 'sent' }))[1]).toBe(pages[1]);
  });
});

describe('putChat', () => {
  const pages: ChatPages = [
    { items: [chat('a', 9), chat('b', 8)], nextCursor: 'x' },
    { items: [chat('c', 7), chat('d', 6)], nextCursor: 'y' },
  ];

  test('orders by the last message, through pages', () => {
    expect(idsOf(putChat(pages, chat('d', 10), {}))).toEqual([['d', 'a', 'b'], ['c']]);
    expect(idsOf(putChat(pages, chat('e', 7.5), {}))).toEqual([
      ['a', 'b'],
      ['e', 'c', 'd'],
    ]);
  });

  test('a change that is no message moves nothing', () => {
    expect(idsOf(putChat(pages, chat('c', 7, { unread: 3, name: 'other' }), {}))).toEqual(idsOf(pages));
  });

  test('one older than everything loaded waits for its page', () => {
    expect(idsOf(putChat(pages, chat('z', 1), {}))).toEqual(idsOf(pages));
  });

  test('a chat without messages stands last', () => {
    const whole: ChatPages = [{ items: [chat('a', 9)], nextCursor: null }];
    expect(idsOf(putChat(whole, chat('n', null), {}))).toEqual([['a', 'n']]);
  });

  test('in the unread list a chat stays when it was read, and enters when it becomes unread', () => {
    const unread: ChatPages = [{ items: [chat('a', 9, { unread: 2 })], nextCursor: null }];
    expect(idsOf(putChat(unread, chat('a', 9), { unreadOnly: true }))).toEqual([['a']]);
    expect(idsOf(putChat(unread, chat('b', 10), { unreadOnly: true }))).toEqual([['a']]);
    expect(idsOf(putChat(unread, chat('b', 10, { unread: 1 }), { unreadOnly: true }))).toEqual([['b', 'a']]);
  });

  test('chats of another own number do not mix in', () => {
    expect(idsOf(putChat(pages, chat('z', 12, { ownNumber: '+542' }), {}))).toEqual(idsOf(pages));
  });

  test('the tick of a preview never goes back', () => {
    const last = { id: 'm', direction: 'outbound', kind: 'text', text: 'm', status: 'read', errorCode: null } as const;
    const read: ChatPages = [{ items: [chat('a', 9, { lastMessage: last })], nextCursor: null }];
    const older = putChat(read, chat('a', 9, { lastMessage: { ...last, status: 'sent' } }), {});
    expect(older[0]?.items[0]?.lastMessage?.status).toBe('read');
    expect(touchChats(read, message('m', 9, { status: 'delivered' }))[0]?.items[0]?.lastMessage?.status).toBe('read');
    const sent: ChatPages = [{ items: [chat('a', 9, { lastMessage: { ...last, status: 'sent' } })], nextCursor: null }];
    expect(touchChats(sent, message('m', 9, { status: 'read' }))[0]?.items[0]?.lastMessage?.status).toBe('read');
    expect(touchChats(sent, message('other', 9, { status: 'read' }))[0]).toBe(sent[0]);
  });
});

test('a search matches the name without case, and the digits of the phone', () => {
  const lucia = chat('l', 1, { name: 'Lucía Pérez', phone: '+5491123456789' });
  expect(['lucía', 'PÉREZ', '11 2345', '+54 9 11'].map((search) => matches(lucia, { search }))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(matches(lucia, { search: 'martín' })).toBe(false);
  expect(matches(chat('h', 1, { name: null }), { search: '11' })).toBe(false);
});
