import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERRORS } from '@/server/errors';
import { createTestApp, type Owner, PASSWORD, type TestApp } from '@/tests/support/app';
import { eventually } from '@/tests/support/node';
import { PROCEDURES, type Wire } from '@/tests/support/wire';
import { setStores } from '@/tests/support/stores';

/** What each procedure answers to nonsense: a code of the table, in both languages, that names the field; never a 500. */

const CARLA = '+5491134567890';
const ANA = '+5491123456781';

const stores = setStores();
let app: TestApp;
let ana: Owner;
let wire: Wire;
let chatId: string;
let messageId: string;

beforeAll(async () => {
  // logins are not what is tried here
  const LOGIN_LIMIT = '100000';
  app = await createTestApp({
    ...stores,
    env: { LOGIN_LIMIT_PAIR: LOGIN_LIMIT, LOGIN_LIMIT_ACCOUNT: LOGIN_LIMIT, LOGIN_LIMIT_ADDRESS: LOGIN_LIMIT },
  });
  ana = await app.register('Ana', 'ana@example.com');
  await app.link(ana, ANA, 'Panadería');
  app.network.phone(CARLA, 'Carla').say(ANA, 'hola');
  const chat = await eventually('the chat', async () => (await ana.client.chats.list.query({})).items[0]);
  chatId = chat.id;
  messageId = chat.lastMessage?.id ?? '';
  wire = await app.wire({ token: ana.token });
}, 60_000);

afterAll(async () => {
  await app.close();
});

type Kind =
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
  | 'seq';
type Shape = {
  /** A good input, made when it is wanted. */
  good: () => Record<string, unknown>;
  required?: Record<string, Kind>;
  optional?: Record<string, Kind>;
  /** It may be called with nothing at all. */
  bare?: true;
};

const nothing: Shape = { good: () => ({}), bare: true };

/** Every procedure that reads something, and what of. `nothing`: it reads no input, so there is none that is bad. */
const SHAPES: Record<string, Shape> = {
  'auth.register': {
    good: () => ({ name: 'Eva', email: `${randomUUID()}@example.com`, password: PASSWORD }),
    required: { name: 'name', email: 'email', password: 'password' },
    optional: { inviteToken: 'word' },
  },
  'auth.login': {
    good: () => ({ email: ana.email, password: PASSWORD }),
    required: { email: 'email', password: 'word' },
  },
  'auth.me': nothing,
  'auth.logout': nothing,
  'admin.sessions': nothing,
  'auth.invite': nothing,
  'chats.list': {
    good: () => ({}),
    optional: { cursor: 'cursor', limit: 'limit', search: 'search', unreadOnly: 'flag' },
  },
  'chats.get': { good: () => ({ chatId }), required: { chatId: 'uuid' } },
  'chats.messages': {
    good: () => ({ chatId }),
    required: { chatId: 'uuid' },
    optional: { cursor: 'cursor', limit: 'limit' },
  },
  'chats.start': { good: () => ({ phone: CARLA }), required: { phone: 'phone' } },
  'chats.send': {
    good: () => ({ chatId, text: 'hola', clientKey: randomUUID() }),
    required: { chatId: 'uuid', text: 'text', clientKey: 'uuid' },
  },
  'chats.retry': { good: () => ({ messageId }), required: { messageId: 'uuid' } },
  'chats.markRead': {
    good: () => ({ chatId, upToMessageId: messageId }),
    required: { chatId: 'uuid', upToMessageId: 'uuid' },
  },
  'events.head': nothing,
  'events.follow': { good: () => ({}), optional: { lastEventId: 'seq' }, bare: true },
  'settings.get': nothing,
  'settings.update': { good: () => ({}), optional: { readReceipts: 'flag', locale: 'word' } },
  'whatsapp.status': nothing,
  'whatsapp.connect': { good: () => ({}), optional: { phoneNumber: 'phone' }, bare: true },
  'whatsapp.disconnect': { good: () => ({}), optional: { unlink: 'flag' }, bare: true },
  'whatsapp.restore': nothing,
  'whatsapp.restart': nothing,
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
  seq: ['x', '-1', '1.5', '1e3', long(16), '9'.repeat(16), '', ' 1', NUL],
};
const TAKES_NUMBER = new Set<Kind>(['limit']);
const TAKES_FLAG = new Set<Kind>(['flag']);
/** zod's `nullish`: a client that has seen nothing yet says null. */
const TAKES_NULL = new Set<Kind>(['seq']);

function badValues(kind: Kind): unknown[] {
  const types = WRONG_TYPES.filter((value) => {
    if (typeof value === 'number') return !TAKES_NUMBER.has(kind) || Number.isNaN(value);
    if (typeof value === 'boolean') return !TAKES_FLAG.has(kind);
    return value !== null || !TAKES_NULL.has(kind);
  });
  return [...types, ...BAD[kind]];
}

type Refusal = {
  status: number;
  error: { code: string; message: string; requestId: string; details?: unknown } | null;
};

async function send(path: string, input: unknown, locale: 'es' | 'en'): Promise<Refusal> {
  if (PROCEDURES[path] !== 'subscription') return app.call(path, { token: ana.token, input, locale });
  const mine = locale === 'es' ? wire : english;
  const followed = mine.follow(path, input);
  await eventually('an answer', async () => followed.error ?? followed.started);
  const { error } = followed;
  return { status: error ? ERRORS[error.code].status : 200, error };
}
let english: Wire;
beforeAll(async () => {
  english = await app.wire({ token: ana.token, locale: 'en' });
});

function expectTold({ status, error }: Refusal, locale: 'es' | 'en'): void {
  expect(error).not.toBeNull();
  const entry = ERRORS[(error?.code ?? '') as keyof typeof ERRORS];
  expect(entry).toBeDefined();
  expect(status).toBe(entry.status);
  expect(status).toBeLessThan(500);
  expect(error?.message).toBe(entry[locale]);
  expect(error?.requestId).toMatch(/^[\w-]{1,100}$/);
}

const describeValue = (value: unknown) => {
  const shown = typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value));
  return shown.length > 40 ? `${shown.slice(0, 40)}… (${shown.length})` : shown;
};

const paths = Object.keys(PROCEDURES);

test('the table has every procedure, and nothing else', () => {
  expect(Object.keys(SHAPES).sort()).toEqual([...paths].sort());
});

for (const path of paths) {
  const shape = SHAPES[path] ?? nothing;
  const fields = { ...shape.required, ...shape.optional };
  if (shape === nothing) continue;
  describe(`${path}`, () => {
    for (const [field, kind] of Object.entries(fields)) {
      test(`refuses a bad ${field}, and names it`, async () => {
        for (const value of badValues(kind)) {
          const input = { ...shape.good(), [field]: value };
          const [es, en] = await Promise.all([send(path, input, 'es'), send(path, input, 'en')]);
          const what = `${field}: ${describeValue(value)} → ${es.status} ${JSON.stringify(es.error)}`;
          expect(String(es.error?.code), what).toMatch(/^INVALID_(INPUT|PHONE)$/);
          expectTold(es, 'es');
          expectTold(en, 'en');
          const details = (answer: Refusal) => answer.error?.details as { field: string; message: string }[];
          expect(
            details(es)?.some((detail) => detail.field === field || detail.field.startsWith(`${field}.`)),
            what,
          ).toBe(true);
          expect(details(es)[0]?.message, what).not.toBe(details(en)[0]?.message);
        }
      });
    }

    test('refuses what is no object, and what is missing', async () => {
      const whole = ['x', 5, true, null, [], [1, 2], ...(shape.bare ? [] : [undefined])];
      for (const input of whole) {
        const answer = await send(path, input, 'es');
        expect(answer.error?.code, describeValue(input)).toBe('INVALID_INPUT');
        expectTold(answer, 'es');
      }
      for (const field of Object.keys(shape.required ?? {})) {
        const { [field]: _, ...input } = shape.good();
        const answer = await send(path, input, 'en');
        expectTold(answer, 'en');
        expect(answer.error?.details).toEqual([{ field, message: expect.stringMatching(/Missing/) }]);
      }
    });
  });
}

describe('ids that are well made but nobody’s', () => {
  const unknown = randomUUID();
  const cases: [string, () => unknown, string][] = [
    ['chats.get', () => ({ chatId: unknown }), 'CHAT_NOT_FOUND'],
    ['chats.messages', () => ({ chatId: unknown }), 'CHAT_NOT_FOUND'],
    ['chats.send', () => ({ chatId: unknown, text: 'x', clientKey: randomUUID() }), 'CHAT_NOT_FOUND'],
    ['chats.retry', () => ({ messageId: unknown }), 'MESSAGE_NOT_FOUND'],
    ['chats.markRead', () => ({ chatId: unknown, upToMessageId: messageId }), 'CHAT_NOT_FOUND'],
    ['chats.markRead', () => ({ chatId, upToMessageId: unknown }), 'MESSAGE_NOT_FOUND'],
    ['chats.start', () => ({ phone: '+5491199999999' }), 'NUMBER_NOT_ON_WHATSAPP'],
  ];
  for (const [path, input, code] of cases) {
    test(`${path} answers ${code}`, async () => {
      const answer = await send(path, input(), 'en');
      expectTold(answer, 'en');
      expect(answer.error?.code).toBe(code);
    });
  }
});
