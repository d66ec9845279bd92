import { describe, expect, it } from 'vitest';
import { ackOf, type RawMessage, silentTypes, toAck, toChat, toMessage } from '@/server/whatsapp/wwebjs-convert';

const nobody = { phoneOfLid: () => null };
const raw = (more: Partial<RawMessage> = {}): RawMessage => ({
  id: { fromMe: false, remote: '34600111222@c.us', id: 'ABC', _serialized: 'false_34600111222@c.us_ABC' },
  type: 'chat',
  body: 'hola',
  t: 1_764_000_000,
  ack: 1,
  from: '34600111222@c.us',
  to: '34700111222@c.us',
  notifyName: 'Ana',
  ...more,
});
const sent = { fromMe: true, remote: '34600111222@c.us', id: 'ABC', $1: 'true_34600111222@c.us_ABC' };

describe('a message', () => {
  it('comes in', () => {
    expect(toMessage(raw(), nobody)).toEqual({
      id: 'false_34600111222@c.us_ABC',
      chatId: '34600111222@c.us',
      chatKind: 'direct',
      direction: 'inbound',
      kind: 'text',
      text: 'hola',
      sentAt: new Date('2025-11-24T16:00:00.000Z'),
      ack: null,
      phone: '+34600111222',
      pushName: 'Ana',
      token: 'ABC',
    });
  });

  it('goes out, with its ack and without a name of its own', () => {
    expect(toMessage(raw({ id: sent, ack: 2 }), nobody)).toMatchObject({
      id: 'true_34600111222@c.us_ABC',
      direction: 'outbound',
      ack: 'delivered',
      phone: '+34600111222',
      pushName: null,
    });
    expect(toMessage(raw({ id: sent, ack: 0 }), nobody)?.ack).toBeNull();
  });

  it('knows a hidden number only when somebody told', () => {
    const hidden = raw({ id: { fromMe: false, remote: '99887766554433@lid', id: 'A' } });
    expect(toMessage(hidden, nobody)).toMatchObject({ chatId: '99887766554433@lid', chatKind: 'direct', phone: null });
    expect(toMessage(hidden, { phoneOfLid: () => '+34600111222' })?.phone).toBe('+34600111222');
  });

  it('belongs to its group, channel or status, and to no phone', () => {
    for (const [remote, chatKind] of [
      ['120363@g.us', 'group'],
      ['120363@newsletter', 'channel'],
      ['status@broadcast', 'status'],
    ]) {
      const message = toMessage(
        raw({ id: { fromMe: false, remote, id: 'A', participant: '34600111222@c.us' } }),
        nobody,
      );
      expect(message).toMatchObject({ chatId: remote, chatKind, phone: null });
    }
  });

  it.each([
    ['image', 'image'],
    ['video', 'video'],
    ['ptv', 'video'],
    ['audio', 'audio'],
    ['ptt', 'voice'],
    ['document', 'document'],
    ['sticker', 'sticker'],
    ['location', 'location'],
    ['vcard', 'contact'],
    ['multi_vcard', 'contact'],
    ['poll_creation', 'poll'],
    ['call_log', 'call'],
    ['list_response', 'text'],
    ['unknown', 'unsupported'],
    ['order', 'unsupported'],
    ['something of next year', 'unsupported'],
    [undefined, 'text'],
  ])("of the page's type %s is %s", (type, kind) => {
    expect(toMessage(raw({ type }), nobody)?.kind).toBe(kind);
  });

  it('has the caption for text where the body is a thumbnail', () => {
    expect(toMessage(raw({ type: 'image', body: '/9j/4AAQSkZJRg', caption: 'mira' }), nobody)?.text).toBe('mira');
    expect(toMessage(raw({ type: 'image', body: '/9j/4AAQSkZJRg' }), nobody)?.text).toBe('');
    expect(toMessage(raw({ type: 'location', body: '/9j/4AAQSkZJRg' }), nobody)?.text).toBe('');
    expect(toMessage(raw({ type: 'vcard', body: 'BEGIN:VCARD' }), nobody)?.text).toBe('');
    expect(toMessage(raw({ type: 'poll_creation', pollName: '¿Cuándo?' }), nobody)?.text).toBe('¿Cuándo?');
  });

  it('is none where nobody wrote anything', () => {
    for (const type of silentTypes) expect(toMessage(raw({ type }), nobody)).toBeNull();
    expect(toMessage(raw({ isNotification: true }), nobody)).toBeNull();
  });

  it('is none without an id, a date or a chat', () => {
    expect(toMessage(raw({ id: undefined }), nobody)).toBeNull();
    expect(toMessage(raw({ t: undefined }), nobody)).toBeNull();
    expect(toMessage({ id: 'x', t: 1, type: 'chat' }, nobody)).toBeNull();
    expect(toMessage({}, nobody)).toBeNull();
  });
});

describe('an ack', () => {
  it.each([
    [-1, 'failed'],
    [0, null],
    [1, 'sent'],
    [2, 'delivered'],
    [3, 'read'],
    [4, 'read'],
    [9, null],
    [undefined, null],
  ])('%s is %s', (value, ack) => {
    expect(ackOf(value)).toBe(ack);
  });

  it('is one of a message of ours', () => {
    expect(toAck(raw({ id: sent }), 3)).toEqual({
      type: 'ack',
      chatId: '34600111222@c.us',
      messageId: 'true_34600111222@c.us_ABC',
      ack: 'read',
    });
    expect(toAck(raw(), 3)).toBeNull();
    expect(toAck(raw({ id: sent }), 0)).toBeNull();
    expect(toAck(raw({ id: sent, ack: 2 }), undefined)).toMatchObject({ ack: 'delivered' });
    expect(toAck(raw({ id: sent }), '3')).toMatchObject({ ack: 'read' });
  });
});

describe('a chat', () => {
  it('has the saved name, else the push name, else none', () => {
    const row = { id: '34600111222@c.us', t: 1_764_000_000, unreadCount: 3 };
    expect(toChat({ ...row, name: 'Ana García', pushname: 'ana' }, nobody)).toEqual({
      id: '34600111222@c.us',
      kind: 'direct',
      phone: '+34600111222',
      name: 'Ana García',
      unreadCount: 3,
      lastMessageAt: new Date('2025-11-24T16:00:00.000Z'),
    });
    expect(toChat({ ...row, pushname: 'ana' }, nobody)?.name).toBe('ana');
    expect(toChat({ ...row, name: '+34 600 11 12 22' }, nobody)?.name).toBeNull();
  });

  it('that was marked as unread by hand has nothing to count', () => {
    expect(toChat({ id: '1203@g.us', unreadCount: -1 }, nobody)).toMatchObject({
      kind: 'group',
      unreadCount: 0,
      lastMessageAt: null,
      phone: null,
    });
    expect(toChat({ id: null }, nobody)).toBeNull();
  });
});
