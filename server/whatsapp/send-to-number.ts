import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnerId } from '@/server/auth/owner-id';
import { acceptToNumber, isWaitedFor } from '@/server/channels/to-number';
import { ownNumberOf } from '@/server/chats/chats';
import { acceptMessage, isAccepting, openChat } from '@/server/chats/compose';
import { noteWordOn } from '@/server/clients/whatsapp-word';
import type { Db } from '@/server/db';
import { AppError, isAppError } from '@/server/errors';
import type { Bus } from '@/server/events/bus';
import type { Registry } from './registry';

type Parts = { db: Db; bus: Bus; registry: Registry };

/** A page that could not be asked may be a link that is being lost; that shows within: */
const LOSS_SHOWS_WITHIN_MS = 2_000;
/** Whoever will not wait waits for this much of the number check: one who is not on WhatsApp is better told now than later. */
const CHECK_AT_LEAST_MS = 1_000;

export type Sent = { messageId: string; providerMessageId: string | null; status: 'sent' | 'queued' };

/** The chat with this number that is there already: WhatsApp knows it. */
async function findChatOf(db: Db, ownerId: OwnerId, phone: string): Promise<string | null> {
  const ownNumber = await ownNumberOf(db, ownerId);
  if (!ownNumber) return null;
  const chat = await db.chat.findFirst({ where: { ownerId, ownNumber, phone }, select: { id: true } });
  return chat?.id ?? null;
}

/** Whether the link is being lost just now, while its page could not be asked: that shows a moment later. */
async function isComingBack({ registry }: Parts, ownerId: OwnerId): Promise<boolean> {
  for await (const status of registry.watch(ownerId, AbortSignal.timeout(LOSS_SHOWS_WITHIN_MS))) {
    if (!status.connected) return isAccepting(status);
  }
  return false;
}

/**
 * The chat with a number that was never written to, which WhatsApp is asked about; null: it cannot be asked, for the link was lost and
 * is coming back. Throws NUMBER_NOT_ON_WHATSAPP, WHATSAPP_NOT_CONNECTED or WHATSAPP_UNAVAILABLE.
 */
async function openChatWith(parts: Parts, ownerId: OwnerId, phone: string): Promise<string | null> {
  const { db, registry } = parts;
  try {
    const { ownNumber, peer } = await registry.resolve(ownerId, phone);
    await noteWordOn(db, ownerId, phone, peer);
    if (!peer) throw new AppError('NUMBER_NOT_ON_WHATSAPP', { fields: ['clientNumber'] });
    return (await openChat(db, ownerId, ownNumber, { engineChatId: peer.chatId, phone: peer.phone })).id;
  } catch (error) {
    // "connected" may be the last word of a process that is gone, whose link another takes over
    if (isAppError(error, 'WHATSAPP_NOT_CONNECTED') && isAccepting(await registry.status(ownerId))) return null;
    if (isAppError(error, 'WHATSAPP_UNAVAILABLE') && (await isComingBack(parts, ownerId))) return null;
    throw error;
  }
}

/** The same, and null as well where WhatsApp does not say within `ms`: then it is asked by whoever sends. */
async function openChatWithin(parts: Parts, ownerId: OwnerId, phone: string, ms: number): Promise<string | null> {
  const opening = openChatWith(parts, ownerId, phone);
  opening.catch(() => {});
  return Promise.race([opening, sleep(ms, null, { ref: false })]);
}

/** Throws what became of a message that certainly was not sent. */
function assertNotFailed(row: { status: string; errorCode: string | null }): void {
  if (row.status !== 'failed') return;
  if (row.errorCode === 'NUMBER_NOT_ON_WHATSAPP') throw new AppError(row.errorCode, { fields: ['clientNumber'] });
  if (row.errorCode === 'WHATSAPP_UNLINKED') throw new AppError('WHATSAPP_NOT_CONNECTED');
  throw new AppError('PROVIDER_REFUSED');
}

/** The row once WhatsApp took it, refused it or nobody can say; or as it is when `signal` aborts. */
async function untilTaken({ db, bus }: Parts, ownerId: OwnerId, messageId: string, signal: AbortSignal) {
  const bell = bus.bellOf(ownerId, signal);
  try {
    for (;;) {
      const row = await db.message.findFirstOrThrow({ where: { id: messageId, ownerId } });
      if (row.status !== 'queued' || row.errorCode !== null || signal.aborted) return row;
      await bell.next();
    }
  } finally {
    bell.close();
  }
}

/**
 * `work` with a signal that aborts after `ms`, or with `gone`. AbortSignal.any of a timeout is none: on Node 20 the garbage collector
 * takes the timeout, and it never comes.
 */
async function within<Result>(
  ms: number,
  gone: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController();
  const end = () => ending.abort();
  const late = setTimeout(end, ms);
  gone?.addEventListener('abort', end);
  if (gone?.aborted) end();
  try {
    return await work(ending.signal);
  } finally {
    clearTimeout(late);
    gone?.removeEventListener('abort', end);
  }
}

/** Stores the message in the chat with this number, found or opened, or for when it can be; its id. */
async function acceptFor(
  parts: Parts,
  ownerId: OwnerId,
  message: { phone: string; text: string; clientKey: string; waitMs: number },
): Promise<string> {
  const { db, registry } = parts;
  const { phone, text, clientKey, waitMs } = message;
  const checkMs = Math.max(waitMs, CHECK_AT_LEAST_MS);
  const status = await registry.status(ownerId);
  if (!isAccepting(status)) throw new AppError('WHATSAPP_NOT_CONNECTED');
  if (!(await isWaitedFor(db.sql.one, ownerId, phone))) {
    const known = await findChatOf(db, ownerId, phone);
    const chatId = known ?? (status.connected ? await openChatWithin(parts, ownerId, phone, checkMs) : null);
    if (chatId !== null) return (await acceptMessage(db, ownerId, { chatId, text, clientKey })).id;
  }
  const id = await acceptToNumber(db, ownerId, message);
  if (id === null) throw new AppError('WHATSAPP_NOT_CONNECTED');
  return id;
}

/**
 * Writes to a number (E.164) from the owner's own: finds or opens the chat, accepts the message, and waits until WhatsApp took it or
 * `signal` aborts; while the link is coming back it waits for nothing. From the moment it is accepted it is a row, whatever becomes of
 * the caller. Throws WHATSAPP_NOT_CONNECTED or WHATSAPP_UNAVAILABLE (nothing is stored), NUMBER_NOT_ON_WHATSAPP, PROVIDER_REFUSED or what
 * `chats/compose.ts` throws.
 */
export async function sendToNumber(
  parts: Parts,
  ownerId: OwnerId,
  input: { phone: string; text: string; clientKey: string; waitMs: number; signal?: AbortSignal | undefined },
): Promise<Sent> {
  const { db, registry } = parts;
  const { phone, text, clientKey, waitMs } = input;
  // a request that is done again, after its process died over it
  const before = await db.message.findUnique({ where: { ownerId_clientKey: { ownerId, clientKey } } });
  const begun = Date.now();
  const id = before?.id ?? (await acceptFor(parts, ownerId, { phone, text, clientKey, waitMs }));
  const leftMs = Math.max(0, waitMs - (Date.now() - begun));
  registry.kick(ownerId);
  const { connected } = await registry.status(ownerId);
  const row = await within(connected ? leftMs : 0, input.signal, (signal) => untilTaken(parts, ownerId, id, signal));
  assertNotFailed(row);
  return { messageId: id, providerMessageId: row.engineMessageId, status: row.status === 'queued' ? 'queued' : 'sent' };
}
