import { appendEvent } from '@/server/events/log';
import type { Logger } from '@/server/logger';
import type { Engine, EngineChat } from './engine';
import { type Gap, noteRecovered } from './gap';
import { alignUnread, type IngestScope, ingestMessage } from './ingest';
import { fence } from './lease';

/** At a link the chat list and the newest messages of each are read in; the numbers are the issue's. */
const MAX_CHATS = 200;
const FIRST_MESSAGES = 20;
/** After a time away: how far back a chat is read. */
const MISSED_MESSAGES = 100;

type Parts = {
  scope: IngestScope;
  engine: Engine;
  logger: Logger;
  gap: Gap | null;
  onRecovered: (gap: Gap) => void;
  inOrder: <Result>(work: () => Promise<Result>) => Promise<Result>;
  signal: AbortSignal;
};

/**
 * Reads the chats in, once `ready`. The first time for a number everything is taken quietly: unread counts are kept and no alarm
 * is raised. Later only chats that moved on since, or that hold a send of unknown fate, are read, and what was missed is told like
 * any message. Rows are unique, so whatever also arrives live is stored once.
 */
export async function readIn(parts: Parts): Promise<void> {
  const { scope, engine, logger, inOrder, signal } = parts;
  const { db, ownerId, ownNumber, lease } = scope;
  if (!engine.chats || !engine.history) return;
  const session = await db.whatsappSession.findUniqueOrThrow({ where: { ownerId } });
  const first = session.syncedPhone !== ownNumber;
  const chats = (await engine.chats(MAX_CHATS)).filter((chat) => chat.kind === 'direct');
  let messages = 0;
  for (const chat of chats) {
    if (signal.aborted) return;
    try {
      messages += await readChatIn(parts, chat, first);
    } catch (error) {
      if (signal.aborted) return;
      // one chat that the page cannot read must not keep the others out
      logger.warn({ err: error, ownerId }, 'a chat could not be read in');
    }
  }
  if (!first) return tellRecovered(parts);
  await inOrder(() =>
    db.$transaction(async (tx) => {
      await fence(tx, lease);
      await tx.whatsappSession.update({ where: { ownerId }, data: { syncedPhone: ownNumber } });
      await appendEvent(tx, ownerId, { type: 'history.synced', ownNumber, chats: chats.length, messages });
    }),
  );
  logger.info({ ownerId, chats: chats.length, messages }, 'chats were read in');
}

/** Says what was missed while away and is here now ("sin conexión de 15:00 a 18:00; recuperados 14"). */
async function tellRecovered({ scope, gap, inOrder, onRecovered }: Parts): Promise<void> {
  if (!gap || gap.messages === 0) return;
  const { db, lease, ownerId } = scope;
  await inOrder(() =>
    db.$transaction(async (tx) => {
      await fence(tx, lease);
      await appendEvent(tx, ownerId, {
        type: 'history.recovered',
        from: gap.from,
        to: gap.to,
        messages: gap.messages,
      });
    }),
  );
  onRecovered(gap);
}

async function readChatIn(parts: Parts, chat: EngineChat, first: boolean): Promise<number> {
  const { scope, engine, inOrder } = parts;
  if (!first && !(await movedOn(scope, chat))) {
    await inOrder(() => alignUnread(scope, chat, first));
    return 0;
  }
  const messages = (await engine.history?.(chat.id, first ? FIRST_MESSAGES : MISSED_MESSAGES)) ?? [];
  return inOrder(async () => {
    let stored = 0;
    // a saved name beats the push name that a message carries
    for (const message of messages) {
      const named = message.direction === 'inbound' && chat.name ? { ...message, pushName: chat.name } : message;
      if (!(await ingestMessage(scope, { ...named, phone: named.phone ?? chat.phone }, first))) continue;
      stored += 1;
      noteRecovered(parts.gap, message);
    }
    await alignUnread(scope, chat, first);
    return stored;
  });
}

/** Whether the chat on the phone has something that our log may lack. */
async function movedOn({ db, ownerId, ownNumber }: IngestScope, chat: EngineChat): Promise<boolean> {
  const row = await db.chat.findFirst({
    where: { ownerId, ownNumber, OR: [{ engineChatId: chat.id }, ...(chat.phone ? [{ phone: chat.phone }] : [])] },
    select: {
      lastMessageAt: true,
      messages: {
        where: { direction: 'outbound', status: 'queued', handedOverAt: { not: null } },
        take: 1,
        select: { id: true },
      },
    },
  });
  if (!row?.lastMessageAt || row.messages.length > 0) return true;
  return chat.lastMessageAt !== null && chat.lastMessageAt > row.lastMessageAt;
}
