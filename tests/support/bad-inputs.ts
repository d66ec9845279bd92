import { randomUUID } from 'node:crypto';
import { PASSWORD } from './app';

/** What each procedure reads, and bad values of every kind of field. */

export const CARLA = '+5491134567890';

/** What is there for inputs to be good. */
export type World = { chatId: string; messageId: string; email: string; clientId: string };

export type Kind =
  | 'uuid'
  | 'text'
  | 'name'
  | 'search'
  | 'email'
  | 'password'
  | 'phone'
  | 'cursor'
  | 'limit'
  | 'flag'
  | 'word'
  | 'seq'
  | 'page'
  | 'offset'
  | 'direction'
  | 'id'
  | 'required word'
  | 'title'
  | 'description'
  | 'content'
  | 'type'
  | 'list search'
  | 'notes or null'
  | 'email or null'
  | 'phone or null'
  | 'country'
  | 'subject'
  | 'moment';
export type Shape = {
  /** A good input, made when it is wanted. */
  good: (world: World) => Record<string, unknown>;
  required?: Record<string, Kind>;
  optional?: Record<string, Kind>;
  /** It may be called with nothing at all. */
  bare?: true;
};

export const nothing: Shape = { good: () => ({}), bare: true };
const composing: Record<string, Kind> = {
  orderId: 'id',
  templateType: 'type',
  templateId: 'id',
  text: 'text',
  language: 'direction',
};
const list: Record<string, Kind> = { limit: 'page', offset: 'offset', search: 'list search' };

/** Every procedure that reads something, and what of. `nothing`: it reads no input, so there is none that is bad. */
export const SHAPES: Record<string, Shape> = {
  'auth.register': {
    good: () => ({ name: 'Eva', email: `${randomUUID()}@example.com`, password: PASSWORD }),
    required: { name: 'name', email: 'email', password: 'password' },
    optional: { inviteToken: 'word' },
  },
  'auth.login': {
    good: (world) => ({ email: world.email, password: PASSWORD }),
    required: { email: 'email', password: 'word' },
  },
  'auth.password': {
    good: () => ({ currentPassword: 'otra-clave-1', newPassword: PASSWORD }),
    required: { currentPassword: 'required word', newPassword: 'password' },
  },
  'auth.resetPassword': {
    good: () => ({ token: 'x', newPassword: PASSWORD }),
    required: { token: 'required word', newPassword: 'password' },
  },
  'auth.forgotPassword': { good: () => ({ email: 'nadie@example.com' }), required: { email: 'email' } },
  'auth.setDisabled': {
    good: (world) => ({ email: world.email, disabled: false }),
    required: { email: 'email', disabled: 'flag' },
  },
  'auth.me': nothing,
  'auth.logout': nothing,
  'admin.sessions': nothing,
  'auth.invite': nothing,
  'chats.list': {
    good: () => ({}),
    optional: { cursor: 'cursor', limit: 'limit', search: 'search', unreadOnly: 'flag' },
  },
  'chats.get': { good: (world) => ({ chatId: world.chatId }), required: { chatId: 'uuid' } },
  'chats.messages': {
    good: (world) => ({ chatId: world.chatId }),
    required: { chatId: 'uuid' },
    optional: { cursor: 'cursor', limit: 'limit' },
  },
  'chats.start': { good: () => ({ phone: CARLA }), required: { phone: 'phone' } },
  'chats.send': {
    good: (world) => ({ chatId: world.chatId, text: 'hola', clientKey: randomUUID() }),
    required: { chatId: 'uuid', text: 'text', clientKey: 'uuid' },
  },
  'chats.retry': { good: (world) => ({ messageId: world.messageId }), required: { messageId: 'uuid' } },
  'chats.markRead': {
    good: (world) => ({ chatId: world.chatId, upToMessageId: world.messageId }),
    required: { chatId: 'uuid', upToMessageId: 'uuid' },
  },
  'clients.list': { good: () => ({}), optional: list },
  'clients.get': { good: (world) => ({ id: world.clientId }), required: { id: 'id' } },
  'clients.create': {
    good: () => ({ name: 'Eva', phone: '+5491155555555', email: 'eva@example.com' }),
    required: { name: 'title' },
    optional: { phone: 'phone or null', email: 'email or null', notes: 'notes or null' },
  },
  'clients.update': {
    good: (world) => ({ id: world.clientId }),
    required: { id: 'id' },
    optional: { name: 'title', phone: 'phone or null', email: 'email or null', notes: 'notes or null' },
  },
  'clients.delete': { good: () => ({ id: 'nobody' }), required: { id: 'id' } },
  'orders.list': { good: () => ({}), optional: { ...list, clientId: 'id', status: 'direction' } },
  'orders.get': { good: () => ({ id: 'none' }), required: { id: 'id' } },
  'orders.create': {
    good: (world) => ({ clientId: world.clientId, description: 'una torta' }),
    required: { clientId: 'id', description: 'description' },
    optional: { status: 'direction' },
  },
  'orders.update': {
    good: () => ({ id: 'none' }),
    required: { id: 'id' },
    optional: { clientId: 'id', description: 'description', status: 'direction' },
  },
  'orders.delete': { good: () => ({ id: 'none' }), required: { id: 'id' } },
  'templates.list': {
    good: () => ({}),
    optional: { ...list, type: 'type', language: 'direction', channel: 'direction' },
  },
  'templates.get': { good: () => ({ id: 'none' }), required: { id: 'id' } },
  'templates.create': {
    good: () => ({ name: 'Saludo', content: 'Hola {name}' }),
    required: { name: 'title', content: 'content' },
    optional: { type: 'type', language: 'direction', channel: 'direction' },
  },
  'templates.update': {
    good: () => ({ id: 'none' }),
    required: { id: 'id' },
    optional: { name: 'title', content: 'content', type: 'type', language: 'direction', channel: 'direction' },
  },
  'templates.delete': { good: () => ({ id: 'none' }), required: { id: 'id' } },
  'events.head': nothing,
  'events.follow': { good: () => ({}), optional: { lastEventId: 'seq' }, bare: true },
  'messages.send': {
    good: (world) => ({ clientId: world.clientId, variables: { orderDescription: 'una torta' } }),
    required: { clientId: 'id' },
    optional: { ...composing, channel: 'direction', subject: 'subject', scheduledAt: 'moment' },
  },
  'messages.preview': {
    good: (world) => ({ clientId: world.clientId }),
    required: { clientId: 'id' },
    optional: composing,
  },
  'messages.list': {
    good: () => ({}),
    optional: {
      limit: 'page',
      offset: 'offset',
      clientId: 'id',
      orderId: 'id',
      channel: 'direction',
      provider: 'direction',
      status: 'direction',
      direction: 'direction',
    },
  },
  'messages.get': { good: (world) => ({ id: world.messageId }), required: { id: 'id' } },
  'messages.templates': nothing,
  'messages.unclaimed': { good: () => ({}), optional: { limit: 'page', offset: 'offset' } },
  'settings.get': nothing,
  'settings.update': { good: () => ({}), optional: { readReceipts: 'flag', locale: 'word', country: 'country' } },
  'whatsapp.status': nothing,
  'whatsapp.connect': { good: () => ({}), optional: { phoneNumber: 'phone' }, bare: true },
  'whatsapp.disconnect': { good: () => ({}), optional: { unlink: 'flag' }, bare: true },
  'whatsapp.restore': nothing,
  'whatsapp.restart': nothing,
  'whatsapp.send': {
    good: () => ({ clientNumber: CARLA, text: 'hola' }),
    required: { clientNumber: 'phone', text: 'text' },
  },
  'whatsapp.messages': {
    good: () => ({}),
    optional: { limit: 'page', offset: 'offset', direction: 'direction', clientId: 'id' },
  },
  'whatsapp.qr': nothing,
  'whatsapp.info': nothing,
  'whatsapp.availability': nothing,
  'whatsapp.onStatus': nothing,
};

const NUL = 'ho\u0000la';
const HALF_EMOJI = 'hola \ud83d';
const long = (length: number) => 'a'.repeat(length);
const WRONG_TYPES: unknown[] = [5, true, null, [], {}, [['x']], new Date(0), 12n, Number.NaN, new Map([['a', 1]])];

/** Bad values of a kind. */
const BAD: Record<Kind, unknown[]> = {
  uuid: ['', 'x', `${'-'.repeat(36)}`, `${randomUUID()}\u0000`, `${randomUUID()} `, "' OR 1=1 --", long(5000)],
  text: ['', '   ', '\n\t', long(4097), `${long(4096)}😀`, NUL, HALF_EMOJI, '\udc00'],
  name: ['', 'a', '  a  ', long(81), NUL, HALF_EMOJI],
  search: [long(81), NUL, HALF_EMOJI],
  email: [
    '',
    'ana',
    'ana@',
    '@example.com',
    'a@b',
    `${long(250)}@example.com`,
    'a\u0000@example.com',
    `a\ud83d@example.com`,
  ],
  password: ['', '1234567', long(201)],
  phone: ['', '  ', 'hola', '123', long(41), '\u0000', '+', '٣', `+54\u0000`, HALF_EMOJI, '00', '+999999999999999'],
  cursor: [
    'x',
    long(201),
    NUL,
    '%00',
    Buffer.from('2026-01-01T00:00:00.000Z').toString('base64url'),
    Buffer.from(`-271821-04-20T00:00:00.000Z ${'1'.repeat(18)}`).toString('base64url'),
    Buffer.from(`2026-01-01T00:00:00.000Z ${'-'.repeat(36)}`).toString('base64url'),
    Buffer.from(`2026-01-01T00:00:00.000Z ${'9'.repeat(30)}`).toString('base64url'),
    Buffer.from('0000-01-01T00:00:00.000Z 1').toString('base64url'),
  ],
  limit: [0, -1, 101, 1.5, 1e308, Number.POSITIVE_INFINITY, '30'],
  flag: ['true', 'false', 0, 1, ''],
  word: [long(2001)],
  page: [0, -1, 501, 1.5, 1e308, Number.POSITIVE_INFINITY, '30'],
  offset: [-1, 1.5, 1e308, Number.POSITIVE_INFINITY, '0'],
  direction: ['', 'up', 'INBOUND', 'incoming', NUL],
  id: ['', long(201)],
  'required word': ['', long(2001)],
  title: ['', '  ', long(121), NUL, HALF_EMOJI],
  description: ['', '\n', long(2001), NUL, HALF_EMOJI],
  content: ['', ' \n', long(4097), NUL, HALF_EMOJI],
  type: ['', ' ', long(61), NUL, HALF_EMOJI],
  country: ['', 'ar', 'ARG', 'ZZ', NUL],
  subject: [long(201), 'a\nb', 'a\rb', NUL, HALF_EMOJI],
  moment: [
    '',
    'x',
    '2026-01-01',
    '2026-01-01T00:00:00',
    '2026-13-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2020-01-01T00:00:00Z',
    '9999-01-01T00:00:00Z',
    long(300),
  ],
  'list search': [long(201), NUL, HALF_EMOJI],
  'notes or null': [long(5001), NUL, HALF_EMOJI],
  'email or null': ['', 'ana', 'a@b', `${long(250)}@example.com`, 'a\u0000@example.com'],
  'phone or null': ['', ' ', 'hola', '123', long(41), '\u0000', '+', HALF_EMOJI],
  seq: ['x', '-1', '1.5', '1e3', long(16), '9'.repeat(16), '', ' 1', NUL],
};
const TAKES_NUMBER = new Set<Kind>(['limit', 'page', 'offset']);
const TAKES_FLAG = new Set<Kind>(['flag']);
/** zod's `nullish`: a client that has seen nothing yet says null. */
const TAKES_NULL = new Set<Kind>(['seq', 'notes or null', 'email or null', 'phone or null', 'country']);

export function badValues(kind: Kind): unknown[] {
  const types = WRONG_TYPES.filter((value) => {
    if (typeof value === 'number') return !TAKES_NUMBER.has(kind) || Number.isNaN(value);
    if (typeof value === 'boolean') return !TAKES_FLAG.has(kind);
    return value !== null || !TAKES_NULL.has(kind);
  });
  return [...types, ...BAD[kind]];
}
