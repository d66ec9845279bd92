import { isDeepStrictEqual } from 'node:util';
import type { OwnerId } from '@/server/auth/owner-id';
import type { Channel } from '@/server/channels/schema';
import type { Db } from '@/server/db';
import { AppError, type Fault } from '@/server/errors';
import type { Prisma } from '@/server/generated/prisma/client';
import { fold } from '@/server/text/search';
import { BUILT_INS, type BuiltIn } from './built-in';
import { placeholdersOf } from './fill';
import type { Language, Template } from './schema';

type Row = Prisma.TemplateGetPayload<object>;
/** An owner's language, and since when they have the built-in templates. */
type Owner = { locale: string; createdAt: Date };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const builtInOf = (id: string): BuiltIn | undefined => BUILT_INS.find((one) => one.id === id);

/** The one place where a row becomes what callers see. A built-in one keeps its own id however often it is edited. */
function toTemplate(row: Row): Template {
  const { builtIn, name, type, content, language, channel, createdAt, updatedAt } = row;
  const placeholders = placeholdersOf(content);
  const isBuiltIn = builtIn !== null;
  return {
    id: builtIn ?? row.id,
    name,
    type,
    content,
    language,
    channel,
    placeholders,
    isBuiltIn,
    createdAt,
    updatedAt,
  };
}

function original({ id, name, type, content, language }: BuiltIn, since: Date): Template {
  const placeholders = placeholdersOf(content);
  return {
    id,
    name,
    type,
    content,
    language,
    placeholders,
    channel: 'whatsapp',
    isBuiltIn: true,
    createdAt: since,
    updatedAt: since,
  };
}

const ownerOf = (db: Db, ownerId: OwnerId): Promise<Owner> =>
  db.user.findUniqueOrThrow({ where: { id: ownerId }, select: { locale: true, createdAt: true } });

/** The owner's language. */
export async function languageOf(db: Db, ownerId: OwnerId): Promise<Language> {
  return (await ownerOf(db, ownerId)).locale === 'en' ? 'en' : 'es';
}

/** The owner's own templates, newest first, then the built-in ones, edited or not. */
export async function allTemplates(db: Db, ownerId: OwnerId): Promise<Template[]> {
  const [owner, rows] = await Promise.all([
    ownerOf(db, ownerId),
    db.template.findMany({ where: { ownerId }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] }),
  ]);
  const edited = new Map(rows.map((row) => [row.builtIn, row]));
  const builtIns = BUILT_INS.map((one) => {
    const row = edited.get(one.id);
    return row ? { ...toTemplate(row), createdAt: owner.createdAt } : original(one, owner.createdAt);
  });
  return [...rows.filter(({ builtIn }) => builtIn === null).map(toTemplate), ...builtIns];
}

type Filters = {
  limit: number;
  offset: number;
  search?: string | undefined;
  type?: string | undefined;
  language?: Language | undefined;
  channel?: Channel | undefined;
};

/** `total` counts all that match. */
export async function listTemplates(
  db: Db,
  ownerId: OwnerId,
  filters: Filters,
): Promise<{ items: Template[]; total: number }> {
  const { limit, offset, search, type, language, channel } = filters;
  const wanted = search ? fold(search) : '';
  const all = (await allTemplates(db, ownerId)).filter(
    (one) =>
      (!type || one.type === type) &&
      (!language || one.language === language) &&
      (!channel || one.channel === channel) &&
      fold(`${one.name}\n${one.type}\n${one.content}`).includes(wanted),
  );
  return { items: all.slice(offset, offset + limit), total: all.length };
}

/** Throws TEMPLATE_NOT_FOUND, also for another owner's; `field`: where the caller named it, if not in the path. */
export async function getTemplate(db: Db, ownerId: OwnerId, id: string, field?: string): Promise<Template> {
  const found = (await allTemplates(db, ownerId)).find((one) => one.id === id.toLowerCase());
  if (!found) throw new AppError('TEMPLATE_NOT_FOUND', field ? { fields: [field] } : {});
  return found;
}

/** `language`: the owner's unless it is given. */
export async function createTemplate(
  db: Db,
  ownerId: OwnerId,
  input: { name: string; type: string; content: string; language?: Language | undefined; channel: Channel },
): Promise<Template> {
  const language = input.language ?? (await languageOf(db, ownerId));
  return toTemplate(await db.template.create({ data: { ownerId, ...input, language } }));
}

type Change = {
  name?: string | undefined;
  type?: string | undefined;
  content?: string | undefined;
  language?: Language | undefined;
  channel?: Channel | undefined;
};

const keptAsItIs = (field: string): Fault => ({
  field,
  es: 'De una plantilla de fábrica no se cambia: para otra cosa, creá una tuya.',
  en: 'It cannot be changed of a built-in template: make one of your own.',
});

/**
 * Changes what is given and leaves the rest. Throws TEMPLATE_NOT_FOUND, and INVALID_INPUT for a built-in one's type, language or
 * channel, by which it is found.
 */
export async function updateTemplate(db: Db, ownerId: OwnerId, id: string, change: Change): Promise<Template> {
  const before = await getTemplate(db, ownerId, id);
  const { name = before.name, content = before.content } = change;
  const { type = before.type, language = before.language, channel = before.channel } = change;
  if (isDeepStrictEqual({ ...before, name, content, type, language, channel }, before)) return before;
  if (!before.isBuiltIn) {
    const [row] = await db.template.updateManyAndReturn({
      where: { id: before.id, ownerId },
      data: { name, content, type, language, channel },
    });
    if (!row) throw new AppError('TEMPLATE_NOT_FOUND');
    return toTemplate(row);
  }
  const kept = { type, language, channel };
  const fields = (['type', 'language', 'channel'] as const).filter((field) => kept[field] !== before[field]);
  if (fields.length > 0) throw new AppError('INVALID_INPUT', { faults: fields.map(keptAsItIs) });
  const row = await db.template.upsert({
    where: { ownerId_builtIn: { ownerId, builtIn: before.id } },
    create: { ownerId, builtIn: before.id, name, content, ...kept },
    update: { name, content },
  });
  return { ...toTemplate(row), createdAt: before.createdAt };
}

/** An edited built-in one is the original again; one's own is gone. Throws TEMPLATE_NOT_FOUND. */
export async function deleteTemplate(db: Db, ownerId: OwnerId, id: string): Promise<void> {
  const builtIn = builtInOf(id.toLowerCase());
  if (builtIn) {
    await db.template.deleteMany({ where: { ownerId, builtIn: builtIn.id } });
    return;
  }
  const { count } = UUID.test(id)
    ? await db.template.deleteMany({ where: { ownerId, id, builtIn: null } })
    : { count: 0 };
  if (count === 0) throw new AppError('TEMPLATE_NOT_FOUND');
}
