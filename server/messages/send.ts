import { v7 as uuidv7 } from 'uuid';
import type { OwnerId } from '@/server/auth/owner-id';
import type { Channels, Choice } from '@/server/channels/channels';
import { type MessageRow, toMessage as toChatMessage } from '@/server/chats/dto';
import { touchAndRead } from '@/server/chats/store';
import type { Client } from '@/server/clients/schema';
import { againOnConflict, type Db } from '@/server/db';
import { AppError, type Fault } from '@/server/errors';
import { appendEvent } from '@/server/events/log';
import { enqueue } from '@/server/jobs/queue';
import type { Sql } from '@/server/sql';
import { type Composed, composeFromTemplate } from '@/server/templates/compose';
import type { z } from 'zod';
import { assertTimely } from './scheduled-at';
import { MAX_SUBJECT_LENGTH, type SendMessageAnswer, type sendMessageInput } from './schema';

type Parts = { db: Db; channels: Channels };
type Input = z.infer<typeof sendMessageInput>;
/** `clientKey`: the same one again is the same message. */
type Wanted = { clientKey: string } & Input;

const answerOf = (
  row: Pick<MessageRow, 'id' | 'status' | 'provider' | 'channel' | 'engineMessageId'>,
): SendMessageAnswer => ({
  success: true,
  messageId: row.id,
  status: row.status,
  provider: row.provider,
  channel: row.channel,
  providerMessageId: row.engineMessageId,
});

/**
 * Accepts a message by the best channel: from here on it is a row and a job, in one transaction, and messages/deliver.ts chooses again
 * when it sends. Only whether there is a channel is looked at now. Throws what composeFromTemplate and assertTimely throw,
 * NO_PHONE_NUMBER, NO_EMAIL_ADDRESS, MISSING_SUBJECT, and NO_CHANNEL_AVAILABLE (nothing is stored).
 */
export async function sendMessage(parts: Parts, ownerId: OwnerId, wanted: Wanted): Promise<SendMessageAnswer> {
  const { db } = parts;
  const before = await findAccepted(db, ownerId, wanted.clientKey);
  if (before) return before;
  assertTimely(wanted.scheduledAt);
  return againOnConflict(async () => {
    const composed = await compose(db, ownerId, wanted);
    const choice = await chooseNow(parts, ownerId, wanted, composed.client);
    const accepted = await db.sql.transaction((sql) => accept(sql, ownerId, wanted, composed, choice));
    const answer = accepted ?? (await findAccepted(db, ownerId, wanted.clientKey));
    if (!answer) throw new Error('a message was neither stored nor there before');
    return answer;
  });
}

/** What was accepted before under this key: a request that is done again after its process died. */
async function findAccepted(db: Db, ownerId: OwnerId, clientKey: string): Promise<SendMessageAnswer | null> {
  const row = await db.message.findUnique({ where: { ownerId_clientKey: { ownerId, clientKey } } });
  return row && answerOf(row);
}

const SUBJECT_TOO_LONG: Fault = {
  field: 'subject',
  es: `Con sus variables, a lo sumo ${MAX_SUBJECT_LENGTH} caracteres.`,
  en: `With its variables, at most ${MAX_SUBJECT_LENGTH} characters.`,
};

async function compose(db: Db, ownerId: OwnerId, wanted: Wanted): Promise<Composed> {
  const subject = wanted.channel === 'email' ? wanted.subject : undefined;
  const composed = await composeFromTemplate(db, ownerId, { ...wanted, subject });
  if (wanted.channel === 'email') {
    if (!composed.client.email) throw new AppError('NO_EMAIL_ADDRESS', { fields: ['clientId'] });
    if (!composed.subject) throw new AppError('MISSING_SUBJECT', { fields: ['subject'] });
    if (composed.subject.length > MAX_SUBJECT_LENGTH)
      throw new AppError('INVALID_INPUT', { faults: [SUBJECT_TOO_LONG] });
  }
  return composed;
}

/** null: it is for later, and is chosen then. */
async function chooseNow(
  { db, channels }: Parts,
  ownerId: OwnerId,
  { channel, scheduledAt }: Wanted,
  client: Client,
): Promise<Choice | null> {
  const { phone } = client;
  // whose number WhatsApp hides is reached in their chat
  if (channel === 'whatsapp' && phone === null && !(await hasChat(db, ownerId, client.id))) {
    throw new AppError('NO_PHONE_NUMBER', { fields: ['clientId'] });
  }
  if (isLater(scheduledAt)) {
    if (await channels.isPossible(ownerId, { channel, phone })) return null;
    throw new AppError('NO_CHANNEL_AVAILABLE');
  }
  const choice = await channels.choose(ownerId, { channel, phone });
  if (!choice) throw new AppError('NO_CHANNEL_AVAILABLE');
  return choice;
}

const isLater = (scheduledAt: string | undefined): scheduledAt is string =>
  scheduledAt !== undefined && new Date(scheduledAt).getTime() > Date.now();

async function hasChat(db: Db, ownerId: OwnerId, clientId: string): Promise<boolean> {
  return (await db.chat.findFirst({ where: { ownerId, clientId }, select: { id: true } })) !== null;
}

/** null: the key is there already. */
async function accept(
  sql: Sql,
  ownerId: OwnerId,
  wanted: Wanted,
  { message: text, subject, template, client, order }: Composed,
  choice: Choice | null,
): Promise<SendMessageAnswer | null> {
  const { channel, clientKey, scheduledAt, variables } = wanted;
  const given =
    variables && Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));
  const runAt = isLater(scheduledAt) ? new Date(scheduledAt) : null;
  const [row] = await sql<MessageRow>`
    INSERT INTO message (id, owner_id, channel, provider, provider_reason, chat_id, client_id, order_id, client_key, direction, subject,
                         text, template_type, variables, status, scheduled_at, at)
    VALUES (${uuidv7()}::uuid, ${ownerId}::uuid, ${channel}::"Channel", ${choice?.provider ?? null}::"Provider", ${choice?.reason ?? null},
            (SELECT chat.id FROM chat JOIN whatsapp_session session ON session.owner_id = chat.owner_id AND session.phone = chat.own_number
             WHERE chat.client_id = ${client.id}::uuid AND ${channel === 'whatsapp' && runAt === null}::boolean
             ORDER BY chat.last_message_at DESC NULLS LAST LIMIT 1),
            ${client.id}::uuid, ${order?.id ?? null}::uuid, ${clientKey}, 'outbound', ${channel === 'email' ? subject : null}, ${text},
            ${template?.type ?? null}, ${given ? JSON.stringify(given) : null}::jsonb, 'queued', ${runAt}::timestamptz,
            date_trunc('second', now()))
    ON CONFLICT (owner_id, client_key) DO NOTHING RETURNING *`;
  if (!row) return null;
  const messageId = row.id;
  const chat = row.chatId === null ? null : await touchAndRead(sql, row.chatId, row.at, 0);
  await enqueue(sql, 'send_message', { messageId }, { key: `send:${messageId}`, ...(runAt && { runAt }) });
  await appendEvent(sql, ownerId, { type: 'message.created', chat, message: toChatMessage(row) });
  return answerOf(row);
}
