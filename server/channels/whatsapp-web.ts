import type { OwnerId } from '@/server/auth/owner-id';
import { ownNumberOf } from '@/server/chats/chats';
import { isAccepting, openChat } from '@/server/chats/compose';
import { type MessageRow, toMessage } from '@/server/chats/dto';
import { touchAndRead } from '@/server/chats/store';
import { noteWordOn } from '@/server/clients/whatsapp-word';
import { againOnConflict, type Db } from '@/server/db';
import { isAppError } from '@/server/errors';
import { EVENT_CHANNEL } from '@/server/events/bus';
import { appendEvent } from '@/server/events/log';
import type { Sql } from '@/server/sql';
import type { Registry } from '@/server/whatsapp/registry';
import type { ChannelPort, Outcome, Outgoing } from './port';
import { ASKED_FOR, takeWaitingFor } from './to-number';

type Parts = {
  db: Db;
  registry: Pick<Registry, 'status' | 'resolve' | 'kick'>;
  enabled: boolean;
};

/**
 * The owner's own number. Its outbox are the rows of its own number that are `queued` (whatsapp/sender.ts): handing a message over is
 * putting its row there, in the client's chat, and the session's sender writes down what becomes of it.
 */
export function createWhatsappWeb({ db, registry, enabled }: Parts): ChannelPort {
  /** The client's chat of the number that is linked now; a number that was never written to is asked about first. */
  async function chatOf({ ownerId, messageId, recipient }: Outgoing): Promise<string | Outcome> {
    const ownNumber = await ownNumberOf(db, ownerId);
    const known = ownNumber === null ? null : await findChat(db, ownerId, messageId, ownNumber);
    if (known !== null) return known;
    if (recipient === null) return { kind: 'refused', code: 'NO_PHONE_NUMBER' };
    try {
      const found = await registry.resolve(ownerId, recipient);
      await noteWordOn(db, ownerId, recipient, found.peer);
      if (!found.peer) return { kind: 'refused', code: 'NUMBER_NOT_ON_WHATSAPP' };
      const { chatId, phone } = found.peer;
      return (await openChat(db, ownerId, found.ownNumber, { engineChatId: chatId, phone })).id;
    } catch (error) {
      if (isAppError(error, 'WHATSAPP_NOT_CONNECTED')) return { kind: 'not_left', code: 'NOT_CONNECTED' };
      if (isAppError(error)) return { kind: 'not_left', code: error.code };
      throw error;
    }
  }

  return {
    provider: 'whatsapp_web',

    async readiness(ownerId) {
      if (!enabled) return 'no';
      const status = await registry.status(ownerId);
      if (status.connected) return 'now';
      return isAccepting(status) ? 'soon' : 'no';
    },

    async send(message) {
      const { ownerId, messageId, recipient } = message;
      const chat = await chatOf(message);
      if (typeof chat !== 'string') return chat;
      const place = async (sql: Sql) => {
        const waiting = recipient === null ? [] : await takeWaitingFor(sql, ownerId, recipient);
        await putInOutbox(sql, ownerId, [messageId, ...waiting], chat);
      };
      await againOnConflict(() => db.sql.transaction(place));
      registry.kick(ownerId);
      return { kind: 'handed_over' };
    },
  };
}

async function findChat(db: Db, ownerId: OwnerId, messageId: string, ownNumber: string): Promise<string | null> {
  const [chat] = await db.sql.one<{ id: string }>`
    SELECT chat.id FROM message JOIN chat ON chat.client_id = message.client_id AND chat.owner_id = message.owner_id
    WHERE message.id = ${messageId}::uuid AND message.owner_id = ${ownerId}::uuid AND chat.own_number = ${ownNumber}
    ORDER BY chat.last_message_at DESC NULLS LAST LIMIT 1`;
  return chat?.id ?? null;
}

/**
 * The rows' place in the conversation is now. One that is no longer waiting stays as it is, and so does one whose number is still kept:
 * its link is over.
 */
async function putInOutbox(sql: Sql, ownerId: OwnerId, messageIds: string[], chatId: string): Promise<void> {
  const at = new Date(Math.floor(Date.now() / 1000) * 1000);
  const rows = await sql<MessageRow>`
    UPDATE message SET chat_id = chat.id, client_id = COALESCE(message.client_id, chat.client_id), own_number = chat.own_number, at = ${at}
    FROM chat
    WHERE message.id = ANY(${messageIds}::uuid[]) AND message.owner_id = ${ownerId}::uuid AND chat.id = ${chatId}::uuid
      AND message.status = 'queued' AND message.engine_message_id IS NULL AND message.handed_over_at IS NULL
      AND message.error_code IS NULL
      AND NOT EXISTS (SELECT 1 FROM message_attempt attempt WHERE attempt.message_id = message.id AND attempt.why = ${ASKED_FOR})
    RETURNING message.*`;
  if (rows.length === 0) return;
  const chat = await touchAndRead(sql, chatId, at, 0);
  const messages = rows.map(toMessage).toSorted((a, b) => a.position - b.position);
  for (const message of messages) await appendEvent(sql, ownerId, { type: 'message.updated', message });
  await appendEvent(sql, ownerId, { type: 'chat.updated', chat });
  // the session may run in another process, whose sender hears of what is new in its outbox
  await sql`SELECT pg_notify(${EVENT_CHANNEL}, ${`${ownerId}:0:message.created`})::text AS rang`;
}
