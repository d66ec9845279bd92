import { v7 as uuidv7 } from 'uuid';
import { ownerIdOfRow } from '@/server/auth/owner-id';
import type { Channels, Choice } from '@/server/channels/channels';
import type { Outgoing } from '@/server/channels/port';
import { askedFor, isOfThisLink } from '@/server/channels/to-number';
import { ownNumberOf } from '@/server/chats/chats';
import type { MessageRow } from '@/server/chats/dto';
import { againOnConflict, type Db, untilDatabaseAnswers } from '@/server/db';
import type { Locale } from '@/server/errors';
import type { Bus } from '@/server/events/bus';
import type { Prisma } from '@/server/generated/prisma/client';
import { enqueue } from '@/server/jobs/queue';
import type { Logger } from '@/server/logger';
import type { Sql } from '@/server/sql';
import { mustWait, mustWaitForOutbox, wakeNext } from './order-of-sends';
import { failMessage, settle, settleTaken, settleUnconfirmed, tellUpdated } from './settle';
import { settleTakenByTwilio } from './twilio-status';

/**
 * Sends a message that waits, by the channel that is best at this moment. The attempt is written down before the provider is asked,
 * so whoever comes after a process that died over it knows that it may have left, and does not send it again. One at a time has a
 * message, over all processes: an attempt that is open when somebody gets hold of it is in WhatsApp Web's outbox, or left behind.
 */

export type DeliverParts = { db: Db; bus: Pick<Bus, 'hold'>; channels: Channels; logger: Logger };

const include = {
  attempts: { orderBy: { at: 'asc' } },
  client: { select: { phone: true, email: true, whatsappPhone: true } },
  owner: { select: { name: true, email: true, locale: true } },
} as const satisfies Prisma.MessageInclude;
type Waiting = Prisma.MessageGetPayload<{ include: typeof include }>;

/** A message that nobody sent yet, and of which that is known; null: there is nothing to do. */
async function findWaiting(db: Db, id: string): Promise<Waiting | null> {
  return db.message.findFirst({
    where: { id, direction: 'outbound', status: 'queued', engineMessageId: null, errorCode: null },
    include,
  });
}

const localeOf = ({ owner }: Waiting): Locale => (owner.locale === 'en' ? 'en' : 'es');

/** The number that was asked for; else WhatsApp's own spelling of the client's before ours. */
const phoneOf = ({ attempts, client }: Waiting): string | null =>
  askedFor(attempts)?.recipient ?? client?.whatsappPhone ?? client?.phone ?? null;

/** What WhatsApp Web will say again whenever it is asked. */
const FOR_GOOD = new Set(['WHATSAPP_REFUSED', 'CHAT_NOT_FOUND']);

/** Whether WhatsApp Web has had it, and it did not leave. */
function triedByWeb({ attempts }: Waiting): 'may_again' | 'for_good' | undefined {
  const web = attempts.filter(({ provider }) => provider === 'whatsapp_web');
  if (web.some(({ outcome, code }) => outcome === 'not_left' && FOR_GOOD.has(code ?? ''))) return 'for_good';
  const last = attempts.at(-1);
  return last?.provider === 'whatsapp_web' && last.outcome === 'not_left' ? 'may_again' : undefined;
}

export async function deliver(parts: DeliverParts, messageId: string): Promise<void> {
  const { db, bus } = parts;
  const key = `send:${messageId}`;
  const letGo = await bus.hold(key);
  if (letGo === null) {
    // a job that is being done is not the job of its key any more; what this one came for is looked at after that one
    const runAt = new Date(Date.now() + HELD_LOOK_AGAIN_MS);
    return enqueue(db.sql.one, 'send_message', { messageId }, { runAt, key, keepTime: true });
  }
  try {
    if (await mustWait(db, messageId)) return;
    const waiting = await findWaiting(db, messageId);
    if (waiting) await tryNow(parts, waiting);
  } finally {
    await letGo();
  }
  await wakeNext(db, messageId);
}

const HELD_LOOK_AGAIN_MS = 250;

const openOf = ({ attempts }: Pick<Waiting, 'attempts'>) => attempts.filter(({ outcome }) => outcome === 'started');

async function tryNow(parts: DeliverParts, waiting: Waiting): Promise<void> {
  const { db } = parts;
  const { id: messageId } = waiting;
  const open = openOf(waiting);
  const lost = open.filter(({ provider }) => provider !== 'whatsapp_web');
  if (lost.length > 0) {
    // a process ended between the attempt and its record; it began it only because WhatsApp Web had not taken the message
    await againOnConflict(() =>
      db.sql.transaction(async (sql) => {
        await endNotLeft(sql, messageId, 'NOT_CONNECTED');
        for (const { id } of lost) await settleUnconfirmed(sql, { id, messageId }, 'PROCESS_ENDED');
      }),
    );
    return;
  }
  // the session's sender has it, and says what becomes of it
  if (waiting.handedOverAt !== null) return;
  const asked = askedFor(waiting.attempts);
  if (asked) return placeInChat(parts, waiting, asked.id);
  const { channel } = waiting;
  const giveUpWith = (code: string) => againOnConflict(() => db.sql.transaction((sql) => giveUp(sql, waiting, code)));
  if (waiting.clientId === null && waiting.ownNumber === null) return giveUpWith('CLIENT_NOT_FOUND');
  const tried = open.length > 0 && waiting.ownNumber !== null ? 'may_again' : triedByWeb(waiting);
  const wanted = { channel, phone: phoneOf(waiting), tried };
  const choice = await chooseFor(parts, waiting, wanted);
  if (choice === 'wait') return;
  if (choice?.provider === 'twilio' && (await mustWaitForOutbox(db, messageId))) return;
  if (choice === null) {
    const refused = triedByWeb(waiting) === 'for_good' ? waiting.attempts.at(-1)?.code : null;
    return giveUpWith(refused ?? (waiting.clientId === null ? 'CLIENT_NOT_FOUND' : 'NO_CHANNEL_AVAILABLE'));
  }
  const attemptId = await againOnConflict(() => db.sql.transaction((sql) => begin(sql, parts, waiting, choice)));
  if (attemptId !== null) await carryOut(parts, waiting, choice, attemptId);
}

/** Puts what was written to a number into its chat: over the link under which it was accepted, once that is back, or never. */
async function placeInChat(parts: DeliverParts, waiting: Waiting, attemptId: string): Promise<void> {
  const { db, channels } = parts;
  const { id: messageId } = waiting;
  const end = (code: string, kind: 'refused' | 'not_left') =>
    db.sql.transaction((sql) =>
      settle(sql, { id: attemptId, messageId }, { kind, code }, { locale: localeOf(waiting), retryAt: null }),
    );
  if (!(await isOfThisLink(db.sql.one, attemptId))) return end('WHATSAPP_UNLINKED', 'not_left');
  const web = channels.port('whatsapp_web');
  // whoever brings the link back has what waits looked at again
  if ((await web?.readiness(ownerIdOfRow(waiting))) !== 'now') return;
  const outcome = await web?.send(outgoingOf(waiting, attemptId));
  if (outcome?.kind === 'refused') return end(outcome.code, 'refused');
  if (outcome?.kind !== 'not_left') return;
  const runAt = new Date(Date.now() + ASK_AGAIN_AFTER_MS);
  await enqueue(db.sql.one, 'send_message', { messageId }, { runAt, key: `send:${messageId}` });
}

/** `wait`: it lies in the outbox of a link that works or comes back, or needs the link itself to be placed there. */
async function chooseFor(
  { db, channels }: DeliverParts,
  waiting: Waiting,
  wanted: Parameters<Channels['choose']>[1],
): Promise<Choice | 'wait' | null> {
  const ownerId = ownerIdOfRow(waiting);
  const { ownNumber, chatId } = waiting;
  // in the outbox of a session that takes it in a moment
  const web = ownNumber === null ? 'no' : await channels.port('whatsapp_web')?.readiness(ownerId);
  if (web === 'now' && ownNumber === (await ownNumberOf(db, ownerId))) return 'wait';
  // or of a number that is no longer the linked one: it changes its place
  const choice = await channels.choose(ownerId, web === 'now' ? { ...wanted, tried: undefined } : wanted);
  const stays = choice?.reason === 'COMING_BACK' && (ownNumber !== null || chatId === null);
  return stays ? 'wait' : choice;
}

async function giveUp(sql: Sql, waiting: Waiting, code: string): Promise<void> {
  if (!(await isStillAsSeen(sql, waiting))) return;
  await endNotLeft(sql, waiting.id, code);
  await failMessage(sql, waiting.id, code, localeOf(waiting));
}

/** Of what WhatsApp Web has not taken. */
async function endNotLeft(sql: Sql, messageId: string, code: string, but: string | null = null): Promise<void> {
  await sql`
    UPDATE message_attempt SET outcome = 'not_left', code = ${code}, ended_at = now()
    WHERE message_id = ${messageId}::uuid AND provider = 'whatsapp_web' AND outcome = 'started' AND id IS DISTINCT FROM ${but}::uuid`;
}

/**
 * Whether nobody took it since it was read, nor ended or began an attempt; from here on the row is locked. The session's sender, who
 * may be taking it, is waited for.
 */
async function isStillAsSeen(sql: Sql, waiting: Waiting): Promise<boolean> {
  const rows = await sql`
    SELECT 1 FROM message
    WHERE id = ${waiting.id}::uuid AND status = 'queued' AND engine_message_id IS NULL AND handed_over_at IS NULL AND error_code IS NULL
    FOR UPDATE`;
  if (rows.length === 0) return false;
  const open = await sql<{ id: string }>`
    SELECT id FROM message_attempt WHERE message_id = ${waiting.id}::uuid AND outcome = 'started'`;
  const seen = new Set(openOf(waiting).map(({ id }) => id));
  return open.length === seen.size && open.every(({ id }) => seen.has(id));
}

const recipientOf = (waiting: Waiting): string | null =>
  waiting.channel === 'email' ? (waiting.client?.email ?? null) : phoneOf(waiting);

/** Writes down that it is tried now. null: it left, or somebody else has it. */
async function begin(
  sql: Sql,
  { channels }: DeliverParts,
  waiting: Waiting,
  { provider, reason }: Choice,
): Promise<string | null> {
  if (!(await isStillAsSeen(sql, waiting))) return null;
  const web = provider === 'whatsapp_web';
  const ownNumber = provider === 'twilio' ? channels.twilioNumber : null;
  const [row] = await sql<MessageRow>`
    UPDATE message
    SET provider = ${provider}::"Provider", provider_reason = ${reason}, own_number = ${ownNumber},
        at = date_trunc('second', now()), handed_over_at = CASE WHEN ${web} THEN NULL ELSE now() END,
        chat_id = COALESCE(chat_id, (
          SELECT chat.id FROM chat JOIN whatsapp_session session ON session.owner_id = chat.owner_id AND session.phone = chat.own_number
          WHERE chat.client_id = message.client_id AND message.channel = 'whatsapp'
          ORDER BY chat.last_message_at DESC NULLS LAST LIMIT 1))
    WHERE id = ${waiting.id}::uuid RETURNING *`;
  if (!row) return null;
  // one that was begun, and whose row never came into the outbox or was taken out of it, goes on
  const goesOn = web ? (openOf(waiting).at(-1)?.id ?? null) : null;
  await endNotLeft(sql, waiting.id, 'NOT_CONNECTED', goesOn);
  if (goesOn !== null) return goesOn;
  const attemptId = uuidv7();
  await sql`
    INSERT INTO message_attempt (id, message_id, provider, recipient, why)
    VALUES (${attemptId}::uuid, ${waiting.id}::uuid, ${provider}::"Provider", ${recipientOf(waiting) ?? ''}, ${reason})`;
  if (waiting.provider !== provider) await tellUpdated(sql, row);
  return attemptId;
}

async function carryOut(parts: DeliverParts, waiting: Waiting, choice: Choice, attemptId: string): Promise<void> {
  const { db, channels, logger } = parts;
  const port = channels.port(choice.provider);
  if (!port) throw new Error(`no channel ${choice.provider}`);
  const outcome = await port.send(outgoingOf(waiting, attemptId));
  logger.info({ messageId: waiting.id, provider: choice.provider, outcome: outcome.kind }, 'a message was handed over');
  if (outcome.kind === 'handed_over') return;
  const attempt = { id: attemptId, messageId: waiting.id };
  const record = async (sql: Sql) => {
    if (outcome.kind !== 'taken') {
      const retryAt = retryAtOf(waiting, choice, outcome.kind === 'not_left' ? outcome.retryAfterMs : undefined);
      return settle(sql, attempt, outcome, { locale: localeOf(waiting), retryAt });
    }
    return choice.provider === 'twilio'
      ? settleTakenByTwilio(sql, attemptId, outcome.providerMessageId)
      : settleTaken(sql, attemptId, outcome.providerMessageId);
  };
  await untilDatabaseAnswers(() => againOnConflict(() => db.sql.transaction(record)), logger);
}

function outgoingOf(waiting: Waiting, attemptId: string): Outgoing {
  const { id, subject, text, templateType, owner } = waiting;
  const ownerId = ownerIdOfRow(waiting);
  return {
    messageId: id,
    attemptId,
    ownerId,
    recipient: recipientOf(waiting),
    subject,
    text,
    templateType,
    owner: { name: owner.name, email: owner.email },
  };
}

const ASK_AGAIN_AFTER_MS = 5_000;

const GIVE_UP_AFTER_MS = 6 * 3_600_000;
const LONGEST_WAIT_MS = 5 * 60_000;
const LONGEST_ASKED_WAIT_MS = 3_600_000;

/** When to try again what did not leave: at once by another channel, else ever more seldom, for six hours. */
function retryAtOf(waiting: Waiting, { provider }: Choice, askedMs: number | undefined): Date | null {
  const now = Date.now();
  const since = (waiting.scheduledAt ?? waiting.createdAt).getTime();
  if (now - since > GIVE_UP_AFTER_MS) return null;
  const first = provider === 'whatsapp_web' ? 100 : 1_000;
  const backoff = Math.min(LONGEST_WAIT_MS, first * 2 ** waiting.attempts.length);
  return new Date(now + Math.max(backoff, Math.min(askedMs ?? 0, LONGEST_ASKED_WAIT_MS)));
}
