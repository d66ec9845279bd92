import type { RawChat } from './wwebjs-convert';

/** Functions that run inside the page once it is ready; see wwebjs-page.ts for what that means. */

type Loose = Record<string, unknown>;
type Models = { getModelsArray?: () => Loose[]; get?: (id: unknown) => Loose | undefined };
type PageWindow = Window & {
  require: (name: string) => unknown;
  WWebJS?: { getMessageModel?: (model: unknown) => unknown };
};

/** The chat list as the page has it, newest first. Reads models directly: the library's getChats asks the network about every group. */
export function readChats(limit: number): RawChat[] {
  const w = window as unknown as PageWindow;
  const collections = w.require('WAWebCollections') as { Chat: Models; Contact?: Models };
  const attempt = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch {
      return undefined;
    }
  };
  const wid = (value: unknown): unknown =>
    typeof value === 'object' && value !== null ? ((value as Loose)._serialized ?? String(value)) : value;
  const rows = (collections.Chat.getModelsArray?.() ?? []).flatMap((chat): RawChat[] => {
    const row = attempt((): RawChat => {
      const fields = attempt(() => (chat as { serialize?: () => Loose }).serialize?.()) ?? {};
      const of = (name: string): unknown => chat[name] ?? fields[name];
      const contact = (of('contact') ?? attempt(() => collections.Contact?.get?.(chat.id)) ?? {}) as Loose;
      const title = of('formattedTitle');
      const models = attempt(() => (chat.msgs as Models).getModelsArray?.()) ?? [];
      const newest = models.reduce((latest, model) => Math.max(latest, Number(model.t) || 0), 0);
      return {
        id: wid(chat.id),
        name: contact.name ?? of('name') ?? undefined,
        // An unsaved peer's own name stands in the title behind a tilde.
        pushname:
          contact.pushname ??
          contact.verifiedName ??
          (typeof title === 'string' ? title.replace(/^~\s*/, '') : undefined),
        unreadCount: of('unreadCount'),
        t: Number(of('t')) || newest || undefined,
      };
    });
    return row ? [row] : [];
  });
  return rows.sort((a, b) => Number(b.t ?? 0) - Number(a.t ?? 0)).slice(0, limit);
}

/** What the address book calls the peer of a chat, from what the page already knows: nothing is asked of the network. */
export function readSavedName(chatId: string): unknown {
  const w = window as unknown as PageWindow;
  const { createWid } = w.require('WAWebWidFactory') as { createWid: (id: string) => unknown };
  const { Chat, Contact } = w.require('WAWebCollections') as { Chat: Models; Contact?: Models };
  const wid = createWid(chatId);
  const contacts = [() => Chat.get?.(wid)?.contact as Loose | undefined, () => Contact?.get?.(wid)];
  for (const contact of contacts) {
    try {
      const name = contact()?.name;
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
  const { createWid } = w.require('WAWebWidFactory') as { createWid: (id: string) => unknown };
  const { Chat } = w.require('WAWebCollections') as { Chat: Models };
  const chat = Chat.get?.(createWid(wanted.chatId)) ?? Chat.get?.(wanted.chatId);
  if (!chat) return null;
  const textOf = (id: unknown): string => String((id as Loose | null)?._serialized ?? (id as Loose | null)?.$1 ?? id);
  // Dates are whole seconds, so the order in which the page has them is kept within one: what is loaded later is older.
  const known = new Set<string>();
  let inOrder: Loose[] = [];
  const unknownOf = (models: Loose[] | undefined): Loose[] =>
    (models ?? []).filter((model) => !known.has(textOf(model.id)) && known.add(textOf(model.id)));
  const select = (): { messages: Loose[]; complete: boolean } => {
    const all = [...inOrder].sort((a, b) => Number(a.t) - Number(b.t));
    const end = wanted.before === null ? all.length : all.findIndex((model) => textOf(model.id) === wanted.before);
    const older = all
      .slice(0, Math.max(0, end))
      .filter((model) => model.isNotification !== true && !wanted.skip.includes(String(model.type)));
    return { messages: older.slice(-wanted.limit), complete: end >= 0 && older.length >= wanted.limit };
  };
  const inChat = (): Loose[] | undefined => (chat.msgs as Models | undefined)?.getModelsArray?.();
  inOrder = unknownOf(inChat());
  // A chat of many thousand messages answers in steps of some dozens: the bound only keeps a page from looping for ever.
  for (let round = 0; round < 200 && !select().complete; round += 1) {
    let loaded: Loose[] | undefined;
    try {
      const loader = w.require('WAWebChatLoadMessages') as {
        loadEarlierMsgs: (options: object) => Promise<Loose[] | undefined>;
      };
      loaded = await loader.loadEarlierMsgs({ chat });
    } catch {
      break;
    }
    const earlier = unknownOf(loaded);
    inOrder = [...earlier, ...inOrder, ...unknownOf(inChat())];
    if (earlier.length === 0) break;
  }
  return select().messages.flatMap((model) => {
    try {
      return [w.WWebJS?.getMessageModel?.(model)];
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
export function findSent(wanted: {
  chatId: string;
  token: string | null;
  byText: boolean;
  text: string;
  since: number;
  known: string[];
}): { chat: boolean; message: unknown } {
  const w = window as unknown as PageWindow;
  const { createWid } = w.require('WAWebWidFactory') as { createWid: (id: string) => unknown };
  const { Chat, Msg } = w.require('WAWebCollections') as { Chat: Models; Msg: Models };
  const chat = Chat.get?.(createWid(wanted.chatId)) ?? Chat.get?.(wanted.chatId);
  const all = Msg.getModelsArray?.() ?? [];
  const inChat = (chat?.msgs as Models | undefined)?.getModelsArray?.();
  const keyOf = (model: Loose): Loose => model.id as Loose;
  const byToken = [...all, ...(inChat ?? [])].findLast(
    (model) => wanted.token !== null && keyOf(model).fromMe === true && keyOf(model).id === wanted.token,
  );
  const byText = (inChat ?? all).findLast((model) => {
    const id = keyOf(model);
    const text = String(id._serialized ?? id.$1 ?? id);
    return (
      id.fromMe === true &&
      model.body === wanted.text &&
      Number(model.t) >= wanted.since &&
      !wanted.known.includes(text)
    );
  });
  const model = byToken ?? (wanted.byText && chat ? byText : undefined);
  return {
    chat: chat !== undefined && chat !== null,
    message: model ? (w.WWebJS?.getMessageModel?.(model) ?? null) : null,
  };
}

/** The phone's Wid behind a hidden number, from what the page already knows: nothing is asked of the network. */
export function findPhoneOfLid(lid: string): string | null {
  const w = window as unknown as PageWindow;
  type Api = Record<string, ((wid: unknown) => unknown) | undefined>;
  const api = (name: string): Api => (w.require(name) as Api | null) ?? {};
  const ways: ((wid: unknown) => unknown)[] = [
    (wid) => api('WAWebApiContact').getPhoneNumber?.(wid),
    (wid) => api('WAWebLidMigrationUtils').toPn?.(wid),
    (wid) => api('WAWebApiContact').getAlternateUserWid?.(wid),
    (wid) => (w.require('WAWebCollections') as { Contact: Models }).Contact.get?.(wid)?.phoneNumber,
  ];
  for (const way of ways) {
    try {
      const found = way(api('WAWebWidFactory').createWid?.(lid));
      const text = found ? String((found as Loose)._serialized ?? found) : '';
      if (text.endsWith('@c.us')) return text;
    } catch {
      // This page does not have that way.
    }
  }
  return null;
}
