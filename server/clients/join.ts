import type { OwnerId } from '@/server/auth/owner-id';
import type { EventBody } from '@/server/events/schema';
import type { Sql } from '@/server/sql';
import { type ClientRow, searchTextOf, toClient } from './rows';

/** What WhatsApp itself said of somebody: the chat, and the number as it spells it (null: it hides the number). */
export type Proof = { phone: string | null; chatId: string };

/**
 * The clients that are, on WhatsApp's word, the person of this chat; oldest first, and locked. More than one: the same person was
 * written down in two spellings before WhatsApp was asked.
 */
export async function lockClientsOf(
  sql: Sql,
  ownerId: OwnerId,
  proof: Proof,
  clientId: string | null,
): Promise<ClientRow[]> {
  return sql<ClientRow>`
    SELECT * FROM client
    WHERE owner_id = ${ownerId}::uuid AND (
      id = ${clientId}::uuid OR phone = ${proof.phone}::text OR whatsapp_phone = ${proof.phone}::text
      OR whatsapp_chat_id = ${proof.chatId})
    ORDER BY created_at, id FOR UPDATE`;
}

/**
 * Makes one client of these, who WhatsApp said are one person: the first stays, with the orders, chats and messages of all, and with
 * what it lacked. WhatsApp's word is written into its row. Answers with the row and what to tell; the caller appends that last.
 */
export async function joinClients(
  sql: Sql,
  ownerId: OwnerId,
  [first, ...others]: [ClientRow, ...ClientRow[]],
  proof: Proof,
): Promise<{ client: ClientRow; events: EventBody[] }> {
  const gone = others.map(({ id }) => id);
  if (gone.length > 0) {
    await sql`UPDATE chat SET client_id = ${first.id}::uuid WHERE client_id = ANY(${gone}::uuid[])`;
    await sql`UPDATE "order" SET client_id = ${first.id}::uuid WHERE client_id = ANY(${gone}::uuid[])`;
    await sql`UPDATE message SET client_id = ${first.id}::uuid WHERE client_id = ANY(${gone}::uuid[])`;
    await sql`DELETE FROM client WHERE owner_id = ${ownerId}::uuid AND id = ANY(${gone}::uuid[])`;
  }
  const all = [first, ...others];
  const pick = <Value>(of: (row: ClientRow) => Value | null) => all.map(of).find((value) => value !== null) ?? null;
  const notes = [...new Set(all.flatMap((row) => row.notes ?? []))].join('\n\n') || null;
  const next = {
    name: first.name,
    phone: pick(({ phone }) => phone) ?? proof.phone,
    email: pick(({ email }) => email),
    notes,
    whatsappPhone: proof.phone ?? pick(({ whatsappPhone }) => whatsappPhone),
    whatsappChatId: pick(({ whatsappChatId }) => whatsappChatId) ?? proof.chatId,
  };
  const told =
    gone.length > 0 || next.phone !== first.phone || next.email !== first.email || next.notes !== first.notes;
  const proven = first.whatsappChatId === next.whatsappChatId && first.whatsappPhone === next.whatsappPhone;
  if (!told && proven) return { client: first, events: [] };
  const [client] = await sql<ClientRow>`
    UPDATE client
    SET phone = ${next.phone}, email = ${next.email}, notes = ${next.notes}, search_text = ${searchTextOf(next)},
        whatsapp_phone = ${next.whatsappPhone}, whatsapp_chat_id = ${next.whatsappChatId}, whatsapp_checked_at = now(),
        updated_at = CASE WHEN ${told}::boolean THEN now() ELSE updated_at END
    WHERE id = ${first.id}::uuid RETURNING *`;
  if (!client) throw new Error('the client is gone');
  return {
    client,
    events: [
      ...gone.map((clientId) => ({ type: 'client.deleted' as const, clientId, joined: client.id })),
      ...(told ? [{ type: 'client.updated' as const, client: toClient(client) }] : []),
    ],
  };
}

/** Gives a chat to a client, with what was said in it and what the client was sent without a chat. */
export async function giveChat(sql: Sql, chatId: string, clientId: string): Promise<void> {
  await sql`UPDATE chat SET client_id = ${clientId}::uuid WHERE id = ${chatId}::uuid`;
  await sql`UPDATE message SET client_id = ${clientId}::uuid WHERE chat_id = ${chatId}::uuid AND client_id IS NULL`;
  await sql`
    WITH moved AS (
      UPDATE message SET chat_id = ${chatId}::uuid
      WHERE client_id = ${clientId}::uuid AND chat_id IS NULL AND channel = 'whatsapp' RETURNING at
    )
    UPDATE chat SET last_message_at = GREATEST(last_message_at, (SELECT max(at) FROM moved))
    WHERE id = ${chatId}::uuid AND EXISTS (SELECT 1 FROM moved)`;
}
