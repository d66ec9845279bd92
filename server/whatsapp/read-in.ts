import { setTimeout as sleep } from 'node:timers/promises';
import { appendEvent } from '@/server/events/log';
import type { Logger } from '@/server/logger';
import { sqlOf } from '@/server/sql';
import type { Engine, EngineChat, EngineMessage, MessageId } from './engine';
import { type Gap, noteRecovered } from './gap';
import { alignUnread, type IngestScope, ingestMessage } from './ingest';
import { fence } from './lease';

/** At a link the newest chats and the newest messages of each are read in; the numbers are the first issue's. */
const FIRST_CHATS = 200;
const FIRST_MESSAGES = 20;
/** Later every chat that moved on while away, of so many; of those that did not, only the newest are looked at. */
const ALL_CHATS = 20_000;
/** After a time away a chat is read back in pages, to a message that was stored before it, and at the most so far. */
const MISSED_PAGE = 100;
const MISSED_MOST = 2_000;
/** Chats that the page could not read are asked for again. */
const PAUSES_MS = [0, 2_000, 4_000];
/** WhatsApp's times are whole seconds, and what was connected is noted every few seconds. */
const MARGIN_MS = 10_000;

type Parts = {
  scope: IngestScope;
  engine: Engine;
  logger: Logger;
  gap: Gap | null;
  onRecovered: (gap: Gap) => void;
  inOrder: <Result>(work: () => Promise<Result>) => Promise<Result>;
  signal: AbortSignal;
};

export type ReadIn = {
  /** Reads every chat in. Rejects when the engine cannot say which chats there are. */
  all(): Promise<void>;
  /**
   * Resolves when what this chat held before a message that came in live just now is stored: WhatsApp's times are whole seconds, so
   * within one the order of a conversation is the order in which its rows came.
   */
  before(message: EngineMessage): Promise<void>;
};

type Listed = { chats: EngineChat[]; byId: ReadonlyMap<string, EngineChat>; first: boolean };

/**
 * Reads the chats in, once `ready`. The first time for a number everything is taken quietly: unread counts are kept and no alarm
 * is raised. Later only chats that moved on since, or that hold a send of unknown fate, are read, and what was missed is told like
 * any message. Rows are unique, so whatever also arrives live is stored once.
 */
export function createReadIn(parts: Parts): ReadIn {
  const { scope, engine, logger, inOrder, signal, gap } = parts;
  const { db, ownerId, ownNumber, lease } = scope;
  const live = new Set<MessageId>();
  const begun = new Map<string, Promise<number | null>>();

  async function list(): Promise<Listed> {
    const session = await db.whatsappSession.findUniqueOrThrow({ where: { ownerId } });
    const first = session.syncedPhone !== ownNumber;
    const all = (await engine.chats?.(first ? FIRST_CHATS : ALL_CHATS)) ?? [];
    const since = gap ? gap.from.getTime() - MARGIN_MS : Number.POSITIVE_INFINITY;
    const chats = all.filter(
      ({ kind, lastMessageAt }, index) =>
        kind === 'direct' && (index < FIRST_CHATS || (lastMessageAt !== null && lastMessageAt.getTime() >= since)),
    );
    return { chats, byId: new Map(chats.map((chat) => [chat.id, chat])), first };
  }
  let listing: Promise<Listed> | null = null;
  function listed(): Promise<Listed> {
    listing ??= list().catch((error) => {
      listing = null;
      throw error;
    });
    return listing;
  }

  /** How many messages were new; null: the page could not read it, which must not keep the others out. */
  function read(chat: EngineChat, first: boolean): Promise<number | null> {
    const reading =
      begun.get(chat.id) ??
      readChatIn(parts, chat, { first, isQuiet: ({ id }) => first && !live.has(id) }).catch((error) => {
        begun.delete(chat.id);
        if (!signal.aborted) logger.warn({ err: error, ownerId }, 'a chat could not be read in');
        return null;
      });
    begun.set(chat.id, reading);
    return reading;
  }

  async function readAll(chats: EngineChat[], first: boolean): Promise<number> {
    let messages = 0;
    let left = chats;
    for (const pause of PAUSES_MS) {
      if (left.length === 0) break;
      await sleep(pause, undefined, { signal });
      const failed: EngineChat[] = [];
      for (const chat of left) {
        signal.throwIfAborted();
        const stored = await read(chat, first);
        if (stored === null) failed.push(chat);
        else messages += stored;
      }
      left = failed;
    }
    return messages;
  }

  return {
    async before({ id, chatId }) {
      if (!engine.chats || !engine.history) return;
      live.add(id);
      const { byId, first } = await listed();
      const chat = byId.get(chatId);
      if (chat) await read(chat, first);
    },
    async all() {
      if (!engine.chats || !engine.history) return;
      const { chats, first } = await listed();
      const messages = await readAll(chats, first);
      if (!first) return tellRecovered(parts);
      await inOrder(() =>
        db.$transaction(async (tx) => {
          await fence(sqlOf(tx), lease);
          await tx.whatsappSession.update({ where: { ownerId }, data: { syncedPhone: ownNumber } });
          await appendEvent(sqlOf(tx), ownerId, { type: 'history.synced', ownNumber, chats: chats.length, messages });
        }),
      );
      logger.info({ ownerId, chats: chats.length, messages }, 'chats were read in');
    },
  };
}

/** Says what was missed while away and is here now ("sin conexión de 15:00 a 18:00; recuperados 14"). */
async function tellRecovered({ scope, gap, inOrder, onRecovered }: Parts): Promise<void> {
  if (!gap || gap.messages === 0) return;
  const { db, lease, ownerId } = scope;
  await inOrder(() =>
    db.$transaction(async (tx) => {
      await fence(sqlOf(tx), lease);
      await appendEvent(sqlOf(tx), ownerId, {
        type: 'history.recovered',
        from: gap.from,
        to: gap.to,
        messages: gap.messages,
      });
    }),
  );
  onRecovered(gap);
}

/** What was not told as it happened is taken without an alarm. */
type How = { first: boolean; isQuiet: (message: EngineMessage) => boolean };

async function readChatIn(parts: Parts, chat: EngineChat, { first, isQuiet }: How): Promise<number> {
  const { scope, inOrder, gap } = parts;
  if (!first && !(await movedOn(scope, chat, gap))) {
    await inOrder(() => alignUnread(scope, chat, first));
    return 0;
  }
  const messages = await missing(parts, chat, first);
  return inOrder(async () => {
    let stored = 0;
    // a saved name beats the push name that a message carries
    for (const message of messages) {
      const named = message.direction === 'inbound' && chat.name ? { ...message, pushName: chat.name } : message;
      if (!(await ingestMessage(scope, { ...named, phone: named.phone ?? chat.phone }, isQuiet(message)))) continue;
      stored += 1;
      noteRecovered(gap, message);
    }
    await alignUnread(scope, chat, first);
    return stored;
  });
}

/**
 * The chat's newest messages, oldest first: at a first link a page of them, later back to one that is stored. One of the time away
 * itself is no end: it may have come in live while older ones are still missing.
 */
async function missing({ scope, engine, gap }: Parts, chat: EngineChat, first: boolean): Promise<EngineMessage[]> {
  if (first) return (await engine.history?.(chat.id, FIRST_MESSAGES)) ?? [];
  const { db, ownerId, ownNumber } = scope;
  const found: EngineMessage[] = [];
  while (found.length < MISSED_MOST) {
    const page = (await engine.history?.(chat.id, MISSED_PAGE, found[0]?.id)) ?? [];
    found.unshift(...page);
    if (page.length < MISSED_PAGE) break;
    const oldest = page[0]?.sentAt.getTime() ?? 0;
    if (gap && oldest >= gap.from.getTime() - MARGIN_MS) continue;
    const ids = page.map(({ id }) => id);
    if ((await db.message.count({ where: { ownerId, ownNumber, engineMessageId: { in: ids } } })) > 0) break;
  }
  return found;
}

/** Whether the chat on the phone has something that our log may lack, or that it waits to hear of. */
async function movedOn(scope: IngestScope, chat: EngineChat, gap: Gap | null): Promise<boolean> {
  const { db, ownerId, ownNumber } = scope;
  const row = await db.chat.findFirst({
    where: { ownerId, ownNumber, OR: [{ engineChatId: chat.id }, ...(chat.phone ? [{ phone: chat.phone }] : [])] },
    select: { id: true },
  });
  if (!row) return true;
  const ofChat = { ownerId, chatId: row.id };
  // what waits in our own queue has a time too, and says nothing of what the phone has
  const newest = await db.message.findFirst({
    where: { ...ofChat, engineMessageId: { not: null } },
    orderBy: [{ at: 'desc' }, { position: 'desc' }],
    select: { at: true },
  });
  const unsettled = await db.message.count({
    where: { ...ofChat, direction: 'outbound', status: 'queued', handedOverAt: { not: null } },
  });
  if (!newest || unsettled > 0) return true;
  if (chat.lastMessageAt === null) return false;
  // what is stored says little of a time away: newer ones come in live while older ones are still missing; and without one, two
  // messages of one second may have been parted by the end of a connection
  const since = gap ? gap.from.getTime() - MARGIN_MS : newest.at.getTime();
  return chat.lastMessageAt.getTime() >= since || chat.lastMessageAt > newest.at;
}
