import type { OwnerId } from '@/server/auth/owner-id';
import { MAX_TEXT_LENGTH } from '@/server/chats/schema';
import { getClient } from '@/server/clients/clients';
import type { Client } from '@/server/clients/schema';
import type { Db } from '@/server/db';
import { AppError, type Fault } from '@/server/errors';
import { getOrder } from '@/server/orders/orders';
import type { Order, OrderStatus } from '@/server/orders/schema';
import { BUILT_INS } from './built-in';
import { fillTemplates, missingIn } from './fill';
import { DEFAULT_TYPE, type Language, type Template, type Variables } from './schema';
import { allTemplates, getTemplate, languageOf } from './templates';

export type ComposeInput = {
  clientId: string;
  orderId?: string | undefined;
  /** At most one of the three; without any, the default type. `text` is a wording of the caller's own, with variables like the others. */
  templateType?: string | undefined;
  templateId?: string | undefined;
  text?: string | undefined;
  /** Of an e-mail; with variables too. */
  subject?: string | undefined;
  /** The owner's unless it is given. */
  language?: Language | undefined;
  variables?: Variables | undefined;
};

const TOO_LONG: Fault = {
  field: 'text',
  es: `Con sus variables, a lo sumo ${MAX_TEXT_LENGTH} caracteres.`,
  en: `With its variables, at most ${MAX_TEXT_LENGTH} characters.`,
};

/** `template`: null for a text of the caller's own. `subject`: '' where none was given. */
export type Composed = {
  message: string;
  subject: string;
  template: Template | null;
  client: Client;
  order: Order | null;
};

/**
 * The text that a template makes for a client (and an order of theirs). Throws CLIENT_NOT_FOUND, ORDER_NOT_FOUND, TEMPLATE_NOT_FOUND,
 * CLIENT_ORDER_MISMATCH, TEMPLATE_VARIABLE_MISSING naming what is missing, and INVALID_INPUT where it is longer than a message may be.
 */
export async function composeFromTemplate(db: Db, ownerId: OwnerId, input: ComposeInput): Promise<Composed> {
  const client = await getClient(db, ownerId, input.clientId, 'clientId');
  const order = await orderFor(db, ownerId, client.id, input.orderId);
  const template = input.text === undefined ? await chooseTemplate(db, ownerId, input) : null;
  const language = template?.language ?? input.language ?? (await languageOf(db, ownerId));
  // the caller's word counts before ours
  const values = [valuesOf(client, order, language), input.variables ?? {}];
  const wording = template ? wordingOf(template, order, values) : (input.text ?? '');
  const [message, subject] = fillTemplates([wording, input.subject ?? ''], ...values);
  if (message.length > MAX_TEXT_LENGTH) throw new AppError('INVALID_INPUT', { faults: [TOO_LONG] });
  return { message, subject: inOneLine(subject), template, client, order };
}

/** Header lines end where a line does. */
const inOneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

/** An order of this client's; null: none was named. Throws ORDER_NOT_FOUND or CLIENT_ORDER_MISMATCH. */
export async function orderFor(
  db: Db,
  ownerId: OwnerId,
  clientId: string,
  orderId: string | undefined,
): Promise<Order | null> {
  if (orderId === undefined) return null;
  const order = await getOrder(db, ownerId, orderId, 'orderId');
  if (order.clientId !== clientId) throw new AppError('CLIENT_ORDER_MISMATCH', { fields: ['orderId'] });
  return order;
}

/** A built-in one that nobody edited has a wording for when there is no order, and nothing was said of one. */
function wordingOf(template: Template, order: Order | null, values: Variables[]): string {
  const { id, content } = template;
  const builtIn = BUILT_INS.find((one) => one.id === id && one.content === content);
  return builtIn && order === null && missingIn(content, ...values).length > 0 ? builtIn.withoutOrder : content;
}

/**
 * By id; or the built-in one of a type, as the owner words it; or the owner's newest of a type of their own, in the language that is
 * asked for, and in any when nobody asked for one.
 */
async function chooseTemplate(
  db: Db,
  ownerId: OwnerId,
  { templateId, templateType = DEFAULT_TYPE, language }: ComposeInput,
): Promise<Template> {
  if (templateId !== undefined) return getTemplate(db, ownerId, templateId, 'templateId');
  const wanted = language ?? (await languageOf(db, ownerId));
  const ofType = (await allTemplates(db, ownerId)).filter(({ type }) => type === templateType);
  const inLanguage = ofType.filter((one) => one.language === wanted);
  const found = inLanguage.find(({ isBuiltIn }) => isBuiltIn) ?? inLanguage[0] ?? (language ? undefined : ofType[0]);
  if (!found) throw new AppError('TEMPLATE_NOT_FOUND', { fields: ['templateType'] });
  return found;
}

const STATUS_WORDS: Record<Language, Record<OrderStatus, string>> = {
  es: {
    pendiente: 'pendiente',
    confirmado: 'confirmado',
    en_proceso: 'en proceso',
    completado: 'completado',
    entregado: 'entregado',
    cancelado: 'cancelado',
  },
  en: {
    pendiente: 'pending',
    confirmado: 'confirmed',
    en_proceso: 'in progress',
    completado: 'completed',
    entregado: 'delivered',
    cancelado: 'cancelled',
  },
};

/** What is known of client and order; what is not is missing, and the caller may give it. */
function valuesOf(client: Client, order: Order | null, language: Language): Variables {
  const known = {
    clientName: client.name,
    clientPhone: client.phone,
    clientEmail: client.email,
    orderDescription: order?.description,
    orderStatus: order && STATUS_WORDS[language][order.status],
    orderDate: order?.createdAt.toLocaleDateString(language === 'en' ? 'en-GB' : 'es-AR', { dateStyle: 'long' }),
  };
  return Object.fromEntries(
    Object.entries(known).flatMap(([name, value]) => (value === null || value === undefined ? [] : [[name, value]])),
  );
}
