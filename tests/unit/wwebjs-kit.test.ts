import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installKit, type PageKit } from '@/server/whatsapp/wwebjs-kit';

/** It runs inside the page: here a window that is only as large as it needs. */
let kit: PageKit;
beforeAll(() => {
  const window: { __omniwpKit?: PageKit } = {};
  Object.assign(globalThis, { window });
  installKit();
  if (!window.__omniwpKit) throw new Error('there is no kit');
  kit = window.__omniwpKit;
});
afterAll(() => {
  Reflect.deleteProperty(globalThis, 'window');
});

const text = 'true_34600111222@c.us_3EB0AA';
const broken = {
  get id(): never {
    throw new Error('no such thing');
  },
};

describe('ids', () => {
  it.each<[unknown, string | null]>([
    [text, text],
    [{ _serialized: text }, text],
    [{ toString: () => text }, text],
    [{ x9: text }, text],
    [{ user: '34600111222', server: 'c.us' }, '34600111222@c.us'],
    [{ fromMe: true, id: '3EB0AA', remote: { user: '34600111222', server: 'c.us' } }, text],
    [Object.assign(Object.create(null), { fromMe: true, id: '3EB0AA', remote: '34600111222@c.us' }), text],
    ['hola', null],
    [{}, null],
    [null, null],
    [7, null],
  ])('have the text that there is in %o', (id, expected) => {
    expect(kit.idText(id)).toBe(expected);
  });

  it('of chats have one spelling', () => {
    expect(kit.chatText('34600111222:12@s.whatsapp.net')).toBe('34600111222@c.us');
    expect(kit.chatText({ _serialized: '120363@g.us' })).toBe('120363@g.us');
  });

  it('of messages are read from parts, or from the text', () => {
    const key = { fromMe: false, remote: '1203@g.us', id: 'AB', participant: '34600111222@lid' };
    expect(kit.key('false_1203@g.us_AB_34600111222@lid')).toMatchObject(key);
    expect(kit.key({ ...key, _serialized: 'false_1203@g.us_AB_34600111222@lid' })).toMatchObject(key);
    expect(kit.key({ id: 'AB', remote: '34600111222@c.us', _serialized: '34600111222@c.us_AB' }, 'out')?.fromMe).toBe(
      true,
    );
    expect(kit.key({})).toBeNull();
  });
});

describe('collections', () => {
  const one = { id: text };
  it.each<[string, unknown]>([
    ['say it', { getModelsArray: () => [one] }],
    ['answer a promise', { getModelsArray: async () => [one] }],
    ['have a Set', { getModelsArray: () => new Set([one]) }],
    ['have an array', { _models: [one] }],
    ['are a Map', new Map([[text, one]])],
    ['can be gone through', { [Symbol.iterator]: () => [one].values() }],
    ['fail, and have an array', { getModelsArray: () => Promise.reject(new Error('no')), models: [one] }],
  ])('are listed that %s', async (_, collection) => {
    expect(await kit.list(collection)).toEqual([one]);
  });

  it('are empty, or cannot be listed: that is not the same', async () => {
    expect(await kit.list({ getModelsArray: () => [] })).toEqual([]);
    expect(await kit.list(new Map())).toEqual([]);
    for (const nothing of [{}, null, undefined, { getModelsArray: () => undefined }, { getModelsArray: 7 }])
      await expect(kit.list(nothing)).rejects.toThrow('is not a function');
  });

  it('are asked, and then looked through', async () => {
    const never = { get: () => new Promise(() => {}), getModelsArray: () => [broken, one] };
    expect(await kit.ask({ get: async () => one }, [text])).toBe(one);
    expect(await kit.find({ get: () => undefined, getModelsArray: () => [one] }, [text])).toBe(one);
    expect(await kit.find(never, [text])).toBe(one);
    expect(await kit.find({}, [text])).toBeUndefined();
  });
});

describe('times', () => {
  const t = 1_764_000_000;
  it.each([t, String(t), t * 1000, String(t * 1000), BigInt(t), new Date(t * 1000)])('are seconds in %o', (time) => {
    expect(kit.seconds(time)).toBe(t);
  });
  it('are none in what is none', () => {
    for (const none of [0, -1, Number.NaN, '', 'x', {}, null, undefined, true]) expect(kit.seconds(none)).toBeNull();
  });
  it('are now, and stay, where a message has none', async () => {
    const model = {};
    const now = kit.timeOf(model);
    expect(Math.abs(now - Date.now() / 1000)).toBeLessThan(5);
    await new Promise((done) => setTimeout(done, 1100));
    expect(kit.timeOf(model)).toBe(now);
    expect(kit.timeOf({ timestamp: t })).toBe(t);
  });
});

describe('a message', () => {
  it('is read field by field', () => {
    const model = {
      id: { _serialized: text },
      type: 'chat',
      body: 'hola',
      t: '1764000000',
      ack: '2',
      from: 7,
      isNewMsg: true,
    };
    expect(kit.message(model)).toEqual({
      id: { fromMe: true, remote: '34600111222@c.us', id: '3EB0AA', _serialized: text },
      type: 'chat',
      body: 'hola',
      t: 1_764_000_000,
      ack: 2,
      from: null,
      to: null,
      isNewMsg: true,
    });
  });
  it('is what it says of itself where it shows nothing', () => {
    expect(kit.message({ serialize: () => ({ id: text, body: 'hola', t: 5 }) })).toMatchObject({ body: 'hola', t: 5 });
  });
  it('is never a reason to fail', () => {
    expect(kit.message(broken)).toMatchObject({ id: null });
    expect(kit.message(null)).toBeNull();
  });
});
