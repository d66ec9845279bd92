import type { KitWindow } from './wwebjs-kit';

export type TryOutPart = 'start' | 'pairing' | 'chat';

/**
 * Runs inside the page: uses once what the library needs, where that changes nothing. What is there under its name may still be something
 * else, such as a function that answers a promise now. `parts`: 'start' is what the library begins with, 'pairing' what a QR is made of,
 * 'chat' what every message needs. `ms`: how long what answers a promise may take.
 * @returns the names of what does not do what it should
 */
export async function tryOut({ parts, ms }: { parts: TryOutPart[]; ms: number }): Promise<string[]> {
  const w = window as unknown as KitWindow;
  const kit = w.__omniwpKit;
  type Work = (owner: never, name: string) => unknown;
  /** What settles is waited for; a promise where the library wants the thing itself is none of that. */
  const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null || !('then' in value);
  const call = (owner: Record<string, () => unknown>, name: string): unknown => owner[name]?.();

  /** `owner` is what the path names before its last member. */
  async function fails(path: string, work: Work): Promise<boolean> {
    const [name = '', ...members] = path.split('.');
    const last = members.pop() ?? name;
    try {
      const owner = members.reduce((value, member) => (value as Record<string, unknown>)[member], w.require(name));
      return (await kit.settled(work(owner as never, last), ms)) !== true;
    } catch {
      return true;
    }
  }

  const listens: Work = (owner: { on: (name: string, listener: () => void) => void }) => {
    owner.on('change:omniwp', () => undefined);
    return true;
  };
  const keyPair =
    (member: string): Work =>
    async (owner, name) => {
      const found = (await call(owner, name)) as Record<string, { pubKey?: unknown } | undefined> | undefined;
      return found?.[member]?.pubKey !== undefined;
    };
  const isText: Work = (owner, name) => {
    const value = call(owner, name);
    return typeof value === 'string' && value !== '';
  };
  const sample = '10000000000@c.us';
  const createWid = (): unknown =>
    (w.require('WAWebWidFactory') as { createWid: (id: string) => unknown }).createWid(sample);
  const isMe: Work = (owner, name) => isPlain(call(owner, name));
  type KeyClass = { new (parts: object): unknown; newId: () => unknown };
  const mints: Work = async (Key: KeyClass) => typeof (await Key.newId()) === 'string';
  const makesKeys: Work = async (Key: KeyClass) => {
    const id = String(await Key.newId());
    const key = new Key({ from: createWid(), to: createWid(), id, participant: undefined, selfDir: 'out' });
    return kit.idText(key)?.includes(id) === true;
  };

  const checks: Record<TryOutPart, [string, Work][]> = {
    start: [
      ['WAWebSocketModel.Socket.on', listens],
      ['WAWebCmd.Cmd.on', listens],
      ['WAWebConnModel.Conn.on', listens],
    ],
    pairing: [
      [
        'WABase64.encodeB64',
        (owner: { encodeB64: (bytes: Uint8Array) => unknown }) =>
          typeof owner.encodeB64(new Uint8Array(3)) === 'string',
      ],
      [
        'WAWebCompanionRegClientUtils.DEVICE_PLATFORM',
        (owner: Record<string, unknown>, name) => /^(string|number)$/.test(typeof owner[name]),
      ],
      ['WAWebUserPrefsInfoStore.waNoiseInfo.get', keyPair('staticKeyPair')],
      ['WAWebSignalStoreApi.waSignalStore.getRegistrationInfo', keyPair('identityKeyPair')],
      ['WAWebUserPrefsMultiDevice.getADVSecretKey', isText],
    ],
    chat: [
      ['WAWebCollections.Msg.on', listens],
      ['WAWebCollections.Chat.on', listens],
      ['WAWebWidFactory.createWid', () => kit.chatText(createWid()) === sample],
      ['WAWebUserPrefsMeUser.getMaybeMePnUser', isMe],
      ['WAWebUserPrefsMeUser.getMaybeMeLidUser', isMe],
      ['WAWebConnModel.Conn.serialize', (owner, name) => typeof call(owner, name) === 'object'],
      ['WAWebMsgKey.newId', mints],
      ['WAWebMsgKey', makesKeys],
    ],
  };
  const failing = await Promise.all(
    parts.flatMap((part) => checks[part]).map(async ([path, work]) => ((await fails(path, work)) ? [path] : [])),
  );
  const names = failing.flat();
  // A key is made of these two.
  const isTheirs = names.some((name) => name === 'WAWebMsgKey.newId' || name === 'WAWebWidFactory.createWid');
  return isTheirs ? names.filter((name) => name !== 'WAWebMsgKey') : names;
}
