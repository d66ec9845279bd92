import { describe, expect, it } from 'vitest';
import { chatIdOf, chatKindOf, chatOfMessageId, digitsOf, idText, phoneOf } from '@/server/whatsapp/wwebjs-ids';

const key = 'true_34600111222@c.us_3EB0C767D097B7C7C030';

describe('ids of the page', () => {
  it.each([
    ['a string', key],
    ['the property that the library knows', { _serialized: key, fromMe: true }],
    ['its minified name', { $1: key, fromMe: true, id: '3EB0C767D097B7C7C030' }],
    ['another minified name', { fromMe: true, remote: 'x', id: 'y', $2: key }],
    ['its parts alone', { fromMe: true, remote: { user: '34600111222', server: 'c.us' }, id: '3EB0C767D097B7C7C030' }],
    ['an object that prints itself', { toString: (): string => key }],
  ])('is the same text from %s', (_, value) => {
    expect(idText(value)).toBe(key);
  });

  it('keeps the author of a message in a group', () => {
    const parts = { fromMe: false, remote: '1203@g.us', id: 'ABC', participant: '34600111222@c.us' };
    expect(idText(parts)).toBe('false_1203@g.us_ABC_34600111222@c.us');
    expect(chatOfMessageId('false_1203@g.us_ABC_34600111222@c.us')).toBe('1203@g.us');
  });

  it.each([null, undefined, 7, '', {}, [], { toString: Object.prototype.toString }])('has none for %s', (value) => {
    expect(idText(value)).toBeNull();
  });

  it('spells one chat in one way', () => {
    expect(chatIdOf('34600111222@s.whatsapp.net')).toBe('34600111222@c.us');
    expect(chatIdOf({ user: '34600111222:17', server: 'c.us' })).toBe('34600111222@c.us');
    expect(chatIdOf('no address')).toBeNull();
  });

  it.each([
    ['34600111222@c.us', 'direct'],
    ['99887766554433@lid', 'direct'],
    ['120363000000000000@g.us', 'group'],
    ['120363000000000000@newsletter', 'channel'],
    ['status@broadcast', 'status'],
    ['1700000000@broadcast', 'broadcast'],
  ])('%s is %s', (chat, kind) => {
    expect(chatKindOf(chat)).toBe(kind);
  });

  it('knows a phone only where the id is one', () => {
    expect(phoneOf({ _serialized: '34600111222@c.us' })).toBe('+34600111222');
    expect(phoneOf('34600111222:3@s.whatsapp.net')).toBe('+34600111222');
    for (const other of ['99887766554433@lid', '0@c.us', 'status@broadcast', '1203@g.us', null]) {
      expect(phoneOf(other)).toBeNull();
    }
    expect(digitsOf('+34 600-111-222')).toBe('34600111222');
  });
});
