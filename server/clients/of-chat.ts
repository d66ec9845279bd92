import { v7 as uuidv7 } from 'uuid';
import type { OwnerId } from '@/server/auth/owner-id';
import type { EventBody } from '@/server/events/schema';
import type { Sql } from '@/server/sql';
import { giveChat, joinClients, lockClientsOf, type Proof } from './join';
import { type ClientRow, searchTextOf, toClient } from './rows';

/** A conversation as its row says; `revealed`: its number has only just become known. */
type ChatOfClient = {
  id: string;
  engineChatId: string;
  phone: string | null;
  name: string | null;
  clientId: string | null;
  revealed: boolean;
};

/**
 * Whose client the person of a chat is, in the caller's transaction. `make`: nobody's is made one, exactly once however many
 * transactions do so at the same time (each waits for the other's row). The chat's own number is WhatsApp's word, so a chat joins a client by
 * it, by what WhatsApp said earlier, or by its id; never by a spelling that looks alike. Answers with events that the caller appends
 * at the end of its transaction.
 */
export async function clientOfChat(
  sql: Sql,
  ownerId: OwnerId,
  chat: ChatOfClient,
  make: boolean,
): Promise<{ clientId: string | null; events: EventBody[] }> {
  if (chat.clientId !== null && !chat.revealed) return { clientId: chat.clientId, events: [] };
  const proof = { phone: chat.phone, chatId: chat.engineChatId };
  for (;;) {
    const found = await lockClientsOf(sql, ownerId, proof, chat.clientId);
    // a hidden person's client to whom the owner gave a number: their word is not WhatsApp's
    const [first, ...others] = found.filter((row) => row.id !== chat.clientId || isProven(row, proof));
    if (first) {
      const { client, events } = await joinClients(sql, ownerId, [first, ...others], proof);
      await giveChat(sql, chat.id, client.id);
      return { clientId: client.id, events };
    }
    if (!make || chat.clientId !== null) return { clientId: chat.clientId, events: [] };
    const made = await makeClient(sql, ownerId, chat);
    if (!made) continue;
    await giveChat(sql, chat.id, made.id);
    return { clientId: made.id, events: [{ type: 'client.created', client: toClient(made) }] };
  }
}

const isProven = (row: ClientRow, { phone, chatId }: Proof): boolean =>
  row.phone === null || [row.phone, row.whatsappPhone].includes(phone) || row.whatsappChatId === chatId;

/** null: somebody else has just made them. */
async function makeClient(sql: Sql, ownerId: OwnerId, chat: ChatOfClient): Promise<ClientRow | null> {
  const { engineChatId, phone } = chat;
  const name = chat.name?.trim() || phone || (await hiddenName(sql, ownerId));
  const [made] = await sql<ClientRow>`
    INSERT INTO client (id, owner_id, name, phone, whatsapp_phone, whatsapp_chat_id, whatsapp_checked_at, search_text, updated_at)
    VALUES (${uuidv7()}::uuid, ${ownerId}::uuid, ${name}, ${phone}, ${phone}, ${engineChatId}, now(),
            ${searchTextOf({ name, phone, email: null, notes: null })}, now())
    ON CONFLICT DO NOTHING RETURNING *`;
  return made ?? null;
}

/** For one whose number WhatsApp hides and who gave no name. */
async function hiddenName(sql: Sql, ownerId: OwnerId): Promise<string> {
  const [owner] = await sql<{ locale: string }>`SELECT locale FROM "user" WHERE id = ${ownerId}::uuid`;
  return owner?.locale === 'en' ? 'Hidden number' : 'Número oculto';
}
