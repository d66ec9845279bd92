import { afterEach, describe, expect, it } from 'vitest';
import { installKit } from '@/server/whatsapp/wwebjs-kit';
import { findMissing, repairPage } from '@/server/whatsapp/wwebjs-page';
import { standIn } from '@/server/whatsapp/wwebjs-stand-ins';

type Require = (name: string) => unknown;
type Keyed = { _serialized?: unknown };

/** These run inside the page: here a window that is only as large as they need. */
function open(modules: Record<string, unknown>): { require: Require } {
  const window = {
    require: (name: string): unknown => {
      if (!(name in modules)) throw new Error(`Requiring unknown module "${name}"`);
      return modules[name];
    },
  };
  Object.assign(globalThis, { window });
  installKit();
  return window;
}
afterEach(() => {
  Reflect.deleteProperty(globalThis, 'window');
});

describe('the repair of ids', () => {
  class Wid {
    constructor(
      readonly user: string,
      readonly server: string,
    ) {}
  }
  const ana = new Wid('34600111222', 'c.us');
  const text = 'true_34600111222@c.us_3EB0AA';

  /** The text that the repaired page gives of an id whose class is `Key`. */
  function textOf(make: (Key: new () => object) => object): unknown {
    class Key {}
    open({ WAWebMsgKey: Key, WAWebWidFactory: { createWid: () => new Wid('10000000000', 'c.us') } });
    repairPage('2.3000.1');
    return (make(Key) as Keyed)._serialized;
  }
  const parts = { fromMe: true, remote: ana, id: '3EB0AA' };

  it.each<[string, object, unknown]>([
    ['an own property of any name', { ...parts, q$7: text }, text],
    ['its parts', parts, text],
    [
      'its parts in a group',
      { ...parts, remote: new Wid('1203', 'g.us'), participant: ana },
      'true_1203@g.us_3EB0AA_34600111222@c.us',
    ],
    ['parts that are no key', { id: 'x', remote: 'nowhere', fromMe: true }, undefined],
    ['nothing', {}, undefined],
  ])('finds the text in %s', (_, fields, expected) => {
    expect(textOf((Key) => Object.assign(new Key(), fields))).toBe(expected);
  });

  it('lets the page name it itself', () => {
    expect(textOf((Key) => Object.assign(new Key(), parts, { _serialized: 'own' }))).toBe('own');
  });

  it('does not loop where an id prints itself by the very property', () => {
    class Key {
      declare _serialized?: string;
      toString(): string {
        return String(this._serialized);
      }
    }
    open({ WAWebMsgKey: Key });
    repairPage('2.3000.1');
    expect(new Key()._serialized).toBeUndefined();
  });

  it('serves chats as well as messages', () => {
    textOf((Key) => new Key());
    expect((ana as Keyed)._serialized).toBe('34600111222@c.us');
  });
});

describe('stand-ins', () => {
  it('answer for what is missing, fails, or answers something else, and for nothing else', () => {
    const links = { findLink: (text: string) => ({ href: text }), findLinks: async () => [] };
    const getters = Object.freeze({
      getIsBroadcast: () => {
        throw new Error('no longer');
      },
    });
    const window = open({ WALinkify: links, WAWebChatGetters: getters, WAWebCallCollection: { on: 1 }, Other: 1 });
    const wanted = ['WALinkify.findLinks', 'WAWebChatGetters.getIsNewsletter', 'WAWebOfflineHandler', 'WAWebMsgKey'];
    expect(findMissing(wanted).missing).toEqual(wanted.slice(1));
    expect(standIn([])).toBe(true);
    expect(findMissing(wanted).missing).toEqual(['WAWebMsgKey']);
    const linkify = window.require('WALinkify') as Record<string, (text: string) => unknown>;
    expect(linkify.findLink?.('x')).toEqual({ href: 'x' });
    expect(linkify.findLinks?.('x')).toEqual([]);
    const chat = window.require('WAWebChatGetters') as Record<string, (chat: object) => unknown>;
    expect(chat.getIsBroadcast?.({ id: { server: 'broadcast' } })).toBe(true);
    expect(chat.getIsNewsletter?.({ id: { server: 'c.us' } })).toBe(false);
    expect(window.require('WAWebCallCollection')).toEqual({});
    expect(window.require('Other')).toBe(1);
    expect(() => window.require('WAWebMsgKey')).toThrow('unknown module');
  });

  it('answer with what a module keeps under default', () => {
    class Key {
      static newId = () => 'id';
    }
    const window = open({ WAWebMsgKey: { default: Key, newId: Key.newId }, WAWebCmd: { default: { Cmd: 1 } } });
    expect(standIn(['WAWebMsgKey.newId', 'WAWebCmd.Cmd.on'])).toBe(true);
    expect(window.require('WAWebMsgKey')).toBe(Key);
    expect(window.require('WAWebCmd')).toEqual({ Cmd: 1 });
  });

  it('say where they cannot be put', () => {
    const window = open({});
    Object.defineProperty(window, 'require', { value: window.require, writable: false });
    expect(standIn([])).toBe(false);
  });
});
