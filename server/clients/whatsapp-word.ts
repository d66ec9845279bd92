import type { OwnerId } from '@/server/auth/owner-id';
import { againOnConflict, type Db } from '@/server/db';
import { appendEvent } from '@/server/events/log';
import type { Sql } from '@/server/sql';
import type { Resolved } from '@/server/whatsapp/engine';
import { giveChat, joinClients, lockClientsOf } from './join';
import type { ClientRow } from './rows';
import { otherSpelling } from './spellings';

/** Asks WhatsApp about an E.164 number; null: it is not there; undefined: nobody could be asked. */
export type AskWhatsapp = (phone: string) => Promise<Resolved | null | undefined>;

/**
 * Writes down what WhatsApp said about a client's number (`phone`: the number it was asked about), and makes one client of those who
 * turn out to be one person. A number that was changed meanwhile is left alone.
 */
export async function noteWhatsappWord(
  db: Db,
  ownerId: OwnerId,
  asked: { clientId: string; phone: string },
  word: Resolved | null,
): Promise<void> {
  await againOnConflict(() => db.sql.transaction((sql) => store(sql, ownerId, asked, word)));
}

async function store(
  sql: Sql,
  ownerId: OwnerId,
  { clientId, phone }: { clientId: string; phone: string },
  word: Resolved | null,
): Promise<void> {
  if (word === null) {
    await sql`
      UPDATE client SET whatsapp_phone = NULL, whatsapp_chat_id = NULL, whatsapp_checked_at = now()
      WHERE id = ${clientId}::uuid AND owner_id = ${ownerId}::uuid AND phone = ${phone}`;
    return;
  }
  const [first, ...others] = await lockClientsOf(sql, ownerId, word, clientId);
  const same = [first, ...others].some((row) => row?.id === clientId && row.phone === phone);
  if (!first || !same) return;
  const { client, events } = await joinClients(sql, ownerId, [first, ...others], word);
  await giveChatsOf(sql, ownerId, client.id, word);
  for (const event of events) await appendEvent(sql, ownerId, event);
}

/** The same for whoever of the owner's clients has this number, when WhatsApp was asked about it for another reason. */
export async function noteWordOn(db: Db, ownerId: OwnerId, phone: string, word: Resolved | null): Promise<void> {
  const [client] = await db.sql.one<Pick<ClientRow, 'id' | 'whatsappPhone' | 'whatsappChatId' | 'whatsappCheckedAt'>>`
    SELECT id, whatsapp_phone, whatsapp_chat_id, whatsapp_checked_at FROM client
    WHERE owner_id = ${ownerId}::uuid AND phone = ${phone}`;
  if (!client) return;
  const same = client.whatsappPhone === (word?.phone ?? null) && (word !== null) === (client.whatsappChatId !== null);
  if (!same || client.whatsappCheckedAt === null) {
    await noteWhatsappWord(db, ownerId, { clientId: client.id, phone }, word);
  }
}

/** The chats with this person that are nobody's yet become the client's. */
export async function giveChatsOf(
  sql: Sql,
  ownerId: OwnerId,
  clientId: string,
  person: { phone: string | null; chatId: string | null },
): Promise<void> {
  const chats = await sql<{ id: string }>`
    SELECT id FROM chat
    WHERE owner_id = ${ownerId}::uuid AND client_id IS NULL
      AND (phone = ${person.phone}::text OR engine_chat_id = ${person.chatId}::text)
    ORDER BY id FOR UPDATE`;
  for (const { id } of chats) await giveChat(sql, id, clientId);
}

/**
 * Before a message of somebody new is stored: where a client has the other spelling of their number and WhatsApp was never asked
 * about it, it is asked now, so that the two become one or stay two on its word.
 */
export async function askAboutSpellings(db: Db, ownerId: OwnerId, phone: string, ask: AskWhatsapp): Promise<void> {
  const other = otherSpelling(phone);
  if (other === null) return;
  const [client] = await db.sql.one<Pick<ClientRow, 'id' | 'phone'>>`
    SELECT id, phone FROM client
    WHERE owner_id = ${ownerId}::uuid AND phone = ${other} AND whatsapp_checked_at IS NULL`;
  if (!client) return;
  const word = await ask(other);
  if (word !== undefined) await noteWhatsappWord(db, ownerId, { clientId: client.id, phone: other }, word);
}

/** Whether the owner knows somebody by the other spelling of this number: then only WhatsApp can say whether they are one. */
export async function isKnownOtherwise(db: Db, ownerId: OwnerId, phone: string): Promise<boolean> {
  const other = otherSpelling(phone);
  if (other === null) return false;
  const rows = await db.sql.one`
    SELECT 1 FROM client WHERE owner_id = ${ownerId}::uuid AND (phone = ${other} OR whatsapp_phone = ${other})
    UNION ALL SELECT 1 FROM chat WHERE owner_id = ${ownerId}::uuid AND phone = ${other} LIMIT 1`;
  return rows.length > 0;
}
