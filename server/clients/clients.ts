import { isDeepStrictEqual } from 'node:util';
import type { OwnerId } from '@/server/auth/owner-id';
import { againOnConflict, type Db, type Tx } from '@/server/db';
import { AppError } from '@/server/errors';
import { appendEvent } from '@/server/events/log';
import type { Prisma } from '@/server/generated/prisma/client';
import { sqlOf } from '@/server/sql';
import { asLike, fold, phoneDigits } from '@/server/text/search';
import type { Resolved } from '@/server/whatsapp/engine';
import { type ClientRow, searchTextOf, toClient } from './rows';
import { type Client, UNREACHABLE } from './schema';
import { type AskWhatsapp, giveChatsOf, isKnownOtherwise } from './whatsapp-word';

type Fields = { name: string; phone: string | null; email: string | null; notes: string | null };
type Page = { limit: number; offset: number; search?: string | undefined };

/** What a search finds: text without case and accents, or a phone however it is spelled. */
export function matching(search: string | undefined): Prisma.ClientWhereInput {
  if (!search) return {};
  const digits = phoneDigits(search);
  return {
    OR: [{ searchText: { contains: asLike(fold(search)) } }, ...(digits ? [{ phone: { contains: digits } }] : [])],
  };
}

/** The owner's clients, newest first; `total` counts all that match. */
export async function listClients(
  db: Db,
  ownerId: OwnerId,
  { limit, offset, search }: Page,
): Promise<{ items: Client[]; total: number }> {
  const where = { ownerId, ...matching(search) };
  const [rows, total] = await Promise.all([
    db.client.findMany({ where, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: limit, skip: offset }),
    db.client.count({ where }),
  ]);
  return { items: rows.map(toClient), total };
}

/** Throws CLIENT_NOT_FOUND, also for another owner's; `field`: where the caller named them, if not in the path. */
export async function getClient(db: Db, ownerId: OwnerId, id: string, field?: string): Promise<Client> {
  const row = await db.client.findFirst({ where: { id, ownerId } });
  if (!row) throw new AppError('CLIENT_NOT_FOUND', field ? { fields: [field] } : {});
  return toClient(row);
}

type Deps = { db: Db; ask: AskWhatsapp };

/** What WhatsApp says of a number that the owner may know by another spelling; undefined: there is nothing to ask, or nobody. */
async function wordOn({ db, ask }: Deps, ownerId: OwnerId, phone: string | null): Promise<Resolved | null | undefined> {
  return phone !== null && (await isKnownOtherwise(db, ownerId, phone)) ? ask(phone) : undefined;
}

const asColumns = (word: Resolved | null | undefined) =>
  word === undefined
    ? { whatsappPhone: null, whatsappChatId: null, whatsappCheckedAt: null }
    : {
        whatsappPhone: word?.phone ?? null,
        whatsappChatId: word?.chatId ?? null,
        whatsappCheckedAt: new Date(),
      };

/** Throws CLIENT_PHONE_EXISTS where another client has this number, or is the same person on WhatsApp's word. */
async function assertNobodyHas(
  tx: Tx,
  ownerId: OwnerId,
  phone: string,
  word: Resolved | null | undefined,
  except: string | null,
): Promise<void> {
  const phones = word ? [phone, word.phone] : [phone];
  const taken = await tx.client.findFirst({
    where: {
      ownerId,
      ...(except && { id: { not: except } }),
      OR: [
        { phone: { in: phones } },
        { whatsappPhone: { in: phones } },
        ...(word ? [{ whatsappChatId: word.chatId }] : []),
      ],
    },
    select: { id: true },
  });
  if (taken) throw new AppError('CLIENT_PHONE_EXISTS', { fields: ['phone'] });
}

/** `phone` is E.164. Throws CLIENT_PHONE_EXISTS. Chats with this number become the client's. */
export async function createClient(deps: Deps, ownerId: OwnerId, fields: Fields): Promise<Client> {
  const { phone } = fields;
  const word = await wordOn(deps, ownerId, phone);
  return againOnConflict(() =>
    deps.db.$transaction(async (tx) => {
      if (phone !== null) await assertNobodyHas(tx, ownerId, phone, word, null);
      const row = await tx.client.create({
        data: { ownerId, ...fields, ...asColumns(word), searchText: searchTextOf(fields) },
      });
      await takeChats(tx, ownerId, row);
      await appendEvent(sqlOf(tx), ownerId, { type: 'client.created', client: toClient(row) });
      return toClient(row);
    }),
  );
}

async function takeChats(tx: Tx, ownerId: OwnerId, row: ClientRow): Promise<void> {
  const persons = [...new Set([row.phone, row.whatsappPhone])].filter((phone) => phone !== null);
  for (const phone of persons) await giveChatsOf(sqlOf(tx), ownerId, row.id, { phone, chatId: row.whatsappChatId });
}

/**
 * Changes what is given and leaves the rest. Throws CLIENT_NOT_FOUND, CLIENT_PHONE_EXISTS, and INVALID_INPUT where neither a phone nor
 * an e-mail would be left. With another number, or none, the chats of the old one are no longer the client's; what was said stays
 * theirs.
 */
export async function updateClient(
  deps: Deps,
  ownerId: OwnerId,
  id: string,
  change: { [Field in keyof Fields]?: Fields[Field] | undefined },
): Promise<Client> {
  const { db } = deps;
  const before = await getClient(db, ownerId, id);
  const moves = change.phone !== undefined && change.phone !== before.phone;
  const word = moves && change.phone ? await wordOn(deps, ownerId, change.phone) : undefined;
  return againOnConflict(() =>
    db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM client WHERE id = ${id}::uuid AND owner_id = ${ownerId}::uuid FOR UPDATE`;
      const row = await tx.client.findFirst({ where: { id, ownerId } });
      if (!row) throw new AppError('CLIENT_NOT_FOUND');
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      const next: Fields = { name: row.name, phone: row.phone, email: row.email, notes: row.notes, ...given };
      const moved = next.phone !== row.phone;
      // one whose number is hidden is reached in the chat
      const hidden = !moved && row.whatsappChatId !== null;
      if (next.phone === null && next.email === null && !hidden) {
        throw new AppError('INVALID_INPUT', { faults: [{ field: 'phone', ...UNREACHABLE }] });
      }
      if (isSame(next, row)) return toClient(row);
      if (moved && next.phone !== null) await assertNobodyHas(tx, ownerId, next.phone, word, id);
      // the owner knows who a hidden number is
      if (moved && row.phone !== null) await leaveChats(tx, ownerId, id, next.phone, word);
      const written = await tx.client.update({
        where: { id },
        data: { ...next, ...(moved && asColumns(word)), searchText: searchTextOf(next) },
      });
      if (moved) await takeChats(tx, ownerId, written);
      await appendEvent(sqlOf(tx), ownerId, { type: 'client.updated', client: toClient(written) });
      return toClient(written);
    }),
  );
}

const isSame = (next: Fields, { name, phone, email, notes }: Fields) =>
  isDeepStrictEqual(next, { name, phone, email, notes });

async function leaveChats(
  tx: Tx,
  ownerId: OwnerId,
  clientId: string,
  phone: string | null,
  word: Resolved | null | undefined,
): Promise<void> {
  const phones = [phone, word?.phone].filter((one) => typeof one === 'string');
  await tx.chat.updateMany({
    where: { ownerId, clientId, OR: [{ phone: null }, { phone: { notIn: phones } }] },
    data: { clientId: null },
  });
}

/** Throws CLIENT_NOT_FOUND, or CLIENT_HAS_ORDERS. Their chats and messages stay, and are nobody's then. */
export async function deleteClient(db: Db, ownerId: OwnerId, id: string): Promise<void> {
  await againOnConflict(() =>
    db.$transaction(async (tx) => {
      // whoever writes a row of this client waits for us now, and then finds them gone
      const rows = await tx.$queryRaw<object[]>`
        SELECT 1 FROM client WHERE id = ${id}::uuid AND owner_id = ${ownerId}::uuid FOR UPDATE`;
      if (rows.length === 0) throw new AppError('CLIENT_NOT_FOUND');
      if ((await tx.order.count({ where: { ownerId, clientId: id } })) > 0) throw new AppError('CLIENT_HAS_ORDERS');
      await tx.chat.updateMany({ where: { ownerId, clientId: id }, data: { clientId: null } });
      await tx.message.updateMany({ where: { ownerId, clientId: id }, data: { clientId: null } });
      await tx.client.delete({ where: { id } });
      await appendEvent(sqlOf(tx), ownerId, { type: 'client.deleted', clientId: id, joined: null });
    }),
  );
}
