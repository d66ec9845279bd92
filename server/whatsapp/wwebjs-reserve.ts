import { randomBytes } from 'node:crypto';
import type { KitWindow } from './wwebjs-kit';

/** A message id's own part as linked devices make it: 3EB0 and nine random bytes (WAWebMsgKey.newId). */
export const newToken = (): string => `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;

/** The name under which a token travels through the library's `extra` option. */
export const tokenOption = 'omniwpToken';

type Loose = Record<string, unknown>;
type Send = (chat: Loose, content: unknown, options?: Loose) => Promise<unknown>;
type KeyClass = new (parts: object) => { id?: unknown; fromMe?: unknown; _serialized?: unknown };

/**
 * Runs inside the page, once the library is in it: lets a send carry the id that it shall have. The library mints an id (MsgKey.newId)
 * and spreads its `extraOptions` over the message last, so a key of ours among them is the one that counts, for exactly this send,
 * however many are under way and whatever else on the page mints ids. A message that is there under its key is not sent again.
 * @returns whether this page lets us
 */
export function reserveIds(sample: { chat: string; token: string; option: string }): boolean {
  const w = window as unknown as KitWindow & { WWebJS?: { sendMessage?: Send; omniwp?: boolean } };
  const kit = w.__omniwpKit;
  type Wid = { isLid?: () => boolean; isGroup?: () => boolean };
  const keyFor = (chat: Loose, token: string): { key: object; text: string } | null => {
    const loaded = w.require('WAWebMsgKey') as KeyClass | { default: KeyClass };
    const Key = 'default' in loaded ? loaded.default : loaded;
    const me = w.require('WAWebUserPrefsMeUser') as Record<string, () => unknown>;
    const id = chat.id as Wid;
    const lidMode = (chat.groupMetadata as Loose | undefined)?.isLidAddressingMode === true;
    const from = id.isLid?.() || lidMode ? me.getMaybeMeLidUser?.() : me.getMaybeMePnUser?.();
    const isGroup = id.isGroup?.() === true;
    const key = new Key({ from, to: id, id: token, selfDir: 'out', ...(isGroup && { participant: from }) });
    const text = kit.idText(key) ?? '';
    // A key that another page would read differently is none that we can promise.
    return key.id === token && key.fromMe === true && text.includes(`_${token}`) ? { key, text } : null;
  };
  try {
    const plain = w.WWebJS?.sendMessage;
    const { createWid } = w.require('WAWebWidFactory') as { createWid: (id: string) => unknown };
    if (!w.WWebJS || !plain || !keyFor({ id: createWid(sample.chat) }, sample.token)) return false;
    if (w.WWebJS.omniwp) return true;
    w.WWebJS.omniwp = true;
    w.WWebJS.sendMessage = async (chat, content, options = {}) => {
      const { [sample.option]: token, ...extraOptions } = (options.extraOptions ?? {}) as Loose;
      const reserved = typeof token === 'string' ? keyFor(chat, token) : null;
      if (!reserved) return plain(chat, content, { ...options, extraOptions });
      const { Msg } = w.require('WAWebCollections') as { Msg: unknown };
      const there = await kit.ask(Msg, [reserved.text]);
      if (there) return there;
      const sent = await plain(chat, content, { ...options, extraOptions: { ...extraOptions, id: reserved.key } });
      return (await kit.ask(Msg, [reserved.text])) ?? sent;
    };
    return true;
  } catch {
    return false;
  }
}
