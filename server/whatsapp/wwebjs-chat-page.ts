import type { RawChat } from './wwebjs-convert';
import type { KitWindow, PlainKey } from './wwebjs-kit';

/** Functions that run inside the page once it is ready; see wwebjs-page.ts for what that means. */

type Loose = Record<string, unknown>;
type PageWindow = KitWindow & { WWebJS?: { getMessageModel?: (model: unknown) => unknown } };

/** The chat list as the page has it, newest first. Reads models directly: the library's getChats asks the network about every group. */
export async function readChats(limit: number): Promise<RawChat[]> {
  const w = window as unknown as PageWindow;
  const kit = w.__omniwpKit;
  type Collections = { Chat: unknown; Msg?: unknown; Contact?: { get?: (id: unknown) => unknown } };
  const collections = w.require('WAWebCollections') as Collections;
  const attempt = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch {
      return undefined;
    }
  };
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  /** Where chats neither name a time nor list their messages: the newest among those of all chats. */
  let ofAll: Map<string, number> | undefined;
  async function newestOf(id: string | null): Promise<number> {
    if (!ofAll) {
      ofAll = new Map();
      for (const model of await kit.list(collections.Msg).catch(() => [])) {
        const chat = kit.chatText(attempt(() => kit.key(model.id)?.remote)) ?? '';
        ofAll.set(chat, Math.max(ofAll.get(chat) ?? 0, kit.timeOf(model)));
      }
    }
    return ofAll.get(id ?? '') ?? 0;
  }
  async function read(chat: Loose): Promise<RawChat> {
    const fields = attempt(() => (chat as { serialize?: () => Loose }).serialize?.()) ?? {};
    const of = (name: string): unknown => attempt(() => chat[name]) ?? fields[name];
    const contact = (of('contact') ?? attempt(() => collections.Contact?.get?.(of('id'))) ?? {}) as Loose;
    const models = await kit.list(of('msgs')).catch(() => []);
    const newest = models.reduce((latest, model) => Math.max(latest, kit.timeOf(model)), 0);
    const id = kit.chatText(of('id'));
    return {
      id,
      name: text(contact.name) ?? text(of('name')),
      // An unsaved peer's own name stands in the title behind a tilde.
      pushname:
        text(contact.pushname) ?? text(contact.verifiedName) ?? text(of('formattedTitle'))?.replace(/^~\s*/, ''),
      unreadCount: of('unreadCount'),
      t: (kit.seconds(of('t')) ?? newest) || (await newestOf(id)) || undefined,
    };
  }
  const rows: RawChat[] = [];
  for (const chat of await kit.list(collections.Chat)) {
    const row = await read(chat).catch(() => null);
    if (row) rows.push(row);
  }
  return rows.sort((a, b) => Number(b.t ?? 0) - Number(a.t ?? 0)).slice(0, limit);
}

/** What the address book calls the peer of a chat, from what the page already knows: nothing is asked of the network. */
export async function readSavedName(chatId: string): Promise<unknown> {
  const w = window as unknown as PageWindow;
  const kit = w.__omniwpKit;
  const { createWid } = w.require('WAWebWidFactory') as { createWid: (id: string) => unknown };
  const { Chat, Contact } = w.require('WAWebCollections') as { Chat: unknown; Contact?: unknown };
  const keys = [createWid(chatId), chatId];
  const contacts = [
    async () => (await kit.find(Chat, keys))?.contact as Loose | undefined,
    async () => kit.find(Contact, keys),
  ];
  for (const contact of contacts) {
    try {
      const name = (await contact())?.name;
      if (name) return name;
    } catch {
      // This page does not have that way.
    }
  }
  return null;
}

/**
 * The newest `limit` messages of a chat that are older than `before`, oldest first; loads earlier ones as far as needed.
 * null: the page has no such chat.
 */
export async function readHistory(wanted: {
  chatId: string;
  limit: number;
  before: string | null;
  skip: string[];
}): Promise<unknown[] | null> {
  const w = window as unknown as PageWindow;
  const kit = w.__omniwpKit;
  const { createWid } = w.require('WAWebWidFactory') as { createWid: (id: string) => unknown };
  const { Chat, Msg } = w.require('WAWebCollections') as { Chat: unknown; Msg: unknown };
  const chat = await kit.find(Chat, [createWid(wanted.chatId), wanted.chatId]);
  if (!chat) return null;
  const textOf = (model: Loose): string => kit.idText(model.id) ?? '';
  // Dates are whole seconds, so the order in which the page has them is kept within one: what is loaded later is older.
  const known = new Set<string>();
  let inOrder: Loose[] = [];
  const unknownOf = (models: Loose[]): Loose[] =>
    models.filter((model) => {
      try {
        return !known.has(textOf(model)) && known.add(textOf(model));
      } catch {
        return false;
      }
    });
  const select = (): { messages: Loose[]; complete: boolean } => {
    const all = [...inOrder].sort((a, b) => kit.timeOf(a) - kit.timeOf(b));
    const end = wanted.before === null ? all.length : all.findIndex((model) => textOf(model) === wanted.before);
    const older = all
      .slice(0, Math.max(0, end))
      .filter((model) => model.isNotification !== true && !wanted.skip.includes(String(model.type)));
    return { messages: older.slice(-wanted.limit), complete: end >= 0 && older.length >= wanted.limit };
  };
  /** A chat that does not list its messages: they are among those of all chats. */
  const amongAll = async (): Promise<Loose[]> =>
    (await kit.list(Msg)).filter(
      ({ id }) => kit.chatText((id as Loose).remote) === wanted.chatId || kit.idText(id)?.includes(wanted.chatId),
    );
  const inChat = (): Promise<Loose[]> => kit.list(chat.msgs).catch(amongAll);
  const loadEarlier = async (): Promise<Loose[]> => {
    const { loadEarlierMsgs } = w.require('WAWebChatLoadMessages') as { loadEarlierMsgs: (given: object) => unknown };
    return kit.list(await loadEarlierMsgs({ chat }));
  };
  let failure: unknown;
  inOrder = unknownOf(
    await inChat().catch((error: unknown) => {
      failure = error;
      return [];
    }),
  );
  // A chat of many thousand messages answers in steps of some dozens: the bound only keeps a page from looping for ever.
  for (let round = 0; round < 200 && !select().complete; round += 1) {
    const loaded = await loadEarlier().catch(() => null);
    if (loaded === null && failure !== undefined) throw failure;
    const earlier = unknownOf(loaded ?? []);
    inOrder = [...earlier, ...inOrder, ...unknownOf(await inChat().catch(() => []))];
    if (earlier.length === 0) break;
  }
  return select().messages.flatMap((model) => {
    try {
      return [w.WWebJS?.getMessageModel?.(model) ?? kit.message(model)];
    } catch {
      return [];
    }
  });
}

/**
 * What became of a send that went wrong: the own message under the reserved `token`; where there is none, or (`byText`) where the
 * page may have given it an id of its own, the one of that text that is not among `known` and not older than `since` (Unix
 * seconds). `chat: false`: the page has no such chat, so nothing was sent.
 */
export async function findSent(wanted: {
  chatId: string;
  token: string | null;
  byText: boolean;
  text: string;
  since: number;
  known: string[];
}): Promise<{ chat: boolean; message: unknown }> {
  const w = window as unknown as PageWindow;
  const kit = w.__omniwpKit;
  const { Chat, Msg } = w.require('WAWebCollections') as { Chat: unknown; Msg: unknown };
  const wid = (): unknown => {
    try {
      return (w.require('WAWebWidFactory') as { createWid: (id: string) => unknown }).createWid(wanted.chatId);
    } catch {
      return null;
    }
  };
  const chat = await kit.find(Chat, [wid(), wanted.chatId]);
  const all = await kit.list(Msg).catch(() => null);
  const inChat = await kit.list(chat?.msgs).catch(() => null);
  // Nobody can be asked: that is no proof of anything.
  if (!all && !inChat) throw new Error('the page does not list its messages');
  const own = (models: Loose[] | null, is: (key: PlainKey, model: Loose) => boolean) =>
    models?.findLast((model) => {
      const key = kit.key(model.id, model.self);
      return key?.fromMe === true && is(key, model);
    });
  const byToken = ({ id }: PlainKey): boolean => wanted.token !== null && id === wanted.token;
  const byText = (key: PlainKey, model: Loose): boolean =>
    kit.message(model)?.body === wanted.text &&
    kit.timeOf(model) >= wanted.since &&
    !wanted.known.includes(key._serialized) &&
    (inChat !== null || kit.chatText(key.remote) === wanted.chatId);
  const model =
    own(all, byToken) ?? own(inChat, byToken) ?? (wanted.byText && chat ? own(inChat ?? all, byText) : undefined);
  // A page whose chats cannot be listed is no proof that there is no such chat.
  const isThere = chat !== undefined || (await kit.list(Chat).catch(() => null)) === null;
  return {
    chat: isThere,
    message: model ? (w.WWebJS?.getMessageModel?.(model) ?? kit.message(model)) : null,
  };
}

/**
 * Whether WhatsApp knows a number (`digits`): its Wid as text, or null. A page that says no to everything is found out: at its first no
 * it is asked about our own number.
 */
export async function checkNumber(digits: string): Promise<string | null> {
  const w = window as unknown as PageWindow & { __omniwpSaysYes?: boolean };
  const kit = w.__omniwpKit;
  const { createWid } = w.require('WAWebWidFactory') as { createWid: (id: string) => unknown };
  const { queryWidExists } = w.require('WAWebQueryExistsJob') as { queryWidExists: (wid: unknown) => unknown };
  async function check(id: string): Promise<string | null> {
    const answer = await queryWidExists(createWid(id));
    if (answer === true) return id;
    const found = (Array.isArray(answer) ? answer[0] : answer) as Loose | string | null | undefined;
    const fields = typeof found === 'object' ? found : null;
    const ids = [fields?.wid, found, fields?.jid, fields?.id, fields?.lid].map((one) => kit.chatText(one));
    return ids.find((text) => text !== null) ?? null;
  }
  const found = await check(`${digits}@c.us`);
  if (found || w.__omniwpSaysYes) return found;
  const me = w.require('WAWebUserPrefsMeUser') as { getMaybeMePnUser?: () => unknown };
  const own = kit.chatText(me.getMaybeMePnUser?.());
  w.__omniwpSaysYes = own === null || (await check(own)) !== null;
  if (!w.__omniwpSaysYes)
    throw new Error('WAWebQueryExistsJob.queryWidExists is not a function that knows our own number');
  return null;
}

/** The phone's Wid behind a hidden number, from what the page already knows: nothing is asked of the network. */
export async function findPhoneOfLid(lid: string): Promise<string | null> {
  const w = window as unknown as PageWindow;
  const kit = w.__omniwpKit;
  type Api = Record<string, ((wid: unknown) => unknown) | undefined>;
  const api = (name: string): Api => (w.require(name) as Api | null) ?? {};
  const ways: ((wid: unknown) => unknown)[] = [
    (wid) => api('WAWebApiContact').getPhoneNumber?.(wid),
    (wid) => api('WAWebLidMigrationUtils').toPn?.(wid),
    (wid) => api('WAWebApiContact').getAlternateUserWid?.(wid),
    async (wid) => (await kit.ask((w.require('WAWebCollections') as Loose).Contact, [wid]))?.phoneNumber,
  ];
  for (const way of ways) {
    try {
      const text = kit.chatText(await kit.settled(way(api('WAWebWidFactory').createWid?.(lid))));
      if (text?.endsWith('@c.us')) return text;
    } catch {
      // This page does not have that way.
    }
  }
  return null;
}
