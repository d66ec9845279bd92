import type { OwnerId } from '@/server/auth/owner-id';
import { ownNumberOf } from '@/server/chats/chats';
import { acceptMessage, isAccepting, openChat } from '@/server/chats/compose';
import { noteWordOn } from '@/server/clients/whatsapp-word';
import type { Db } from '@/server/db';
import { AppError } from '@/server/errors';
import type { Bus } from '@/server/events/bus';
import type { Registry } from './registry';

type Parts = { db: Db; bus: Bus; registry: Registry };

export type Sent = { messageId: string; providerMessageId: string | null; status: 'sent' | 'queued' };

/** The chat with this number that is there already: WhatsApp knows it. */
async function findChatOf(db: Db, ownerId: OwnerId, phone: string): Promise<string | null> {
  const ownNumber = await ownNumberOf(db, ownerId);
  if (!ownNumber) return null;
  const chat = await db.chat.findFirst({ where: { ownerId, ownNumber, phone }, select: { id: true } });
  return chat?.id ?? null;
}

/**
 * The chat with a number that was never written to. WhatsApp is asked, so while the link is coming back this waits for it. Throws
 * NUMBER_NOT_ON_WHATSAPP, or WHATSAPP_NOT_CONNECTED when the link was not back in time.
 */
async function openChatWith(parts: Parts, ownerId: OwnerId, phone: string, signal: AbortSignal): Promise<string> {
  const { db, registry } = parts;
  for await (const status of registry.watch(ownerId, signal)) {
    if (status.connected) break;
    if (!isAccepting(status)) throw new AppError('WHATSAPP_NOT_CONNECTED');
  }
  const { ownNumber, peer } = await registry.resolve(ownerId, phone);
  await noteWordOn(db, ownerId, phone, peer);
  if (!peer) throw new AppError('NUMBER_NOT_ON_WHATSAPP', { fields: ['clientNumber'] });
  return (await openChat(db, ownerId, ownNumber, { engineChatId: peer.chatId, phone: peer.phone })).id;
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

/** Stores the message in the chat with this number, found or opened; its id. */
async function acceptFor(
  parts: Parts,
  ownerId: OwnerId,
  { phone, text, clientKey }: { phone: string; text: string; clientKey: string },
): Promise<string> {
  const { db, registry } = parts;
  if (!isAccepting(await registry.status(ownerId))) throw new AppError('WHATSAPP_NOT_CONNECTED');
  const late = AbortSignal.timeout(OPEN_WITHIN_MS);
  const chatId = (await findChatOf(db, ownerId, phone)) ?? (await openChatWith(parts, ownerId, phone, late));
  return (await acceptMessage(db, ownerId, { chatId, text, clientKey })).id;
}

/**
 * Writes to a number (E.164) from the owner's own: finds or opens the chat, accepts the message, and waits until WhatsApp took it or
 * `signal` aborts. From the moment it is accepted it is a row, whatever becomes of the caller. Throws WHATSAPP_NOT_CONNECTED (nothing
 * is stored), NUMBER_NOT_ON_WHATSAPP, PROVIDER_REFUSED or what `chats/compose.ts` throws.
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
  const id = before?.id ?? (await acceptFor(parts, ownerId, { phone, text, clientKey }));
  registry.kick(ownerId);
  const gone = input.signal ? [input.signal] : [];
  const row = await untilTaken(parts, ownerId, id, AbortSignal.any([AbortSignal.timeout(waitMs), ...gone]));
  assertNotFailed(row);
  return { messageId: id, providerMessageId: row.engineMessageId, status: row.status === 'queued' ? 'queued' : 'sent' };
}

const OPEN_WITHIN_MS = 10_000;
